"""Backups of MySQL and MariaDB: compressed SQL of `mysqldump`, restored beside what is there."""

from __future__ import annotations

import gzip
import re
import shutil
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from app.platform.backup.folder import BackupError, verify_tables
from app.platform.backup.programs import Programs
from app.platform.persistence.sql.mysql import TABLES
from app.platform.persistence.sql.urls import address

SUFFIX = ".sql.gz"
PACKAGE = "mysql-client or mariadb-client"
CONNECT_TIMEOUT_SECONDS = 5
LOCK_TIMEOUT_SECONDS = 10
LIMIT = f"SET SESSION lock_wait_timeout = {LOCK_TIMEOUT_SECONDS};"
VIEWS = "SELECT table_name FROM information_schema.views WHERE table_schema = DATABASE()"
# What programs of MySQL need to speak with MariaDB, and those of MariaDB do not know.
OPTIONS = f"""
[mysqldump]
loose-column-statistics = 0
loose-set-gtid-purged = OFF
[client]
protocol = tcp
default-character-set = utf8mb4
loose-connect-timeout = {CONNECT_TIMEOUT_SECONDS}
"""
END = b"-- Dump completed"
WHOLE = ("--single-transaction", "--comments", "--hex-blob", "--no-tablespaces")
NO_TABLES = ("--no-data", "--no-create-info", "--skip-lock-tables")
STORED = ("--routines", "--triggers", "--events")
DROP_TRIGGERS = """
    SELECT CONCAT('DROP TRIGGER `', trigger_name, '`;') FROM information_schema.triggers
    WHERE trigger_schema = DATABASE()
"""
DROP_OTHERS = """
    SELECT CONCAT('DROP VIEW `', table_name, '`;') FROM information_schema.views
    WHERE table_schema = DATABASE()
    UNION ALL
    SELECT CONCAT('DROP ', routine_type, ' `', routine_name, '`;') FROM information_schema.routines
    WHERE routine_schema = DATABASE()
    UNION ALL
    SELECT CONCAT('DROP EVENT `', event_name, '`;') FROM information_schema.events
    WHERE event_schema = DATABASE()
"""


def dump(url: str, path: Path) -> None:
    """Write the database into a new file, as it is at one moment."""
    with (
        _server(url) as server,
        server.dump(*WHOLE, *STORED, server.database) as statements,
        gzip.open(path, "wb", compresslevel=6) as file,
    ):
        shutil.copyfileobj(statements, file)


def tables(path: Path) -> list[str]:
    """The tables in a backup, or `BackupError` if it cannot be restored."""
    found, last = [], b""
    try:
        with gzip.open(path, "rb") as lines:
            for line in lines:
                last = line
                if match := re.match(rb"CREATE TABLE `(.+)` \($", line):
                    found.append(match[1].decode())
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise BackupError(f"{path} is no whole backup ({error}).") from error
    if not last.startswith(END):
        raise BackupError(f"{path} is no whole backup (its last line is missing).")
    return verify_tables(found)


def restore(url: str, path: Path) -> None:
    """Make the database what the backup holds; if that fails, its tables stay as they were.

    The server cannot undo a CREATE TABLE. So everything is restored into a database beside it, and
    then the tables change places in one statement.
    """
    with _server(url) as server:
        current = server.database
        fresh, stale = f"{current}_restoring", f"{current}_replaced"
        with server.temporary(fresh), server.temporary(stale):
            with gzip.open(path, "rb") as statements, server.load(fresh) as mysql:
                shutil.copyfileobj(statements, mysql)
            _exchange(server, fresh, current, stale)


def _exchange(server: _Server, fresh: str, current: str, stale: str) -> None:
    """Move the tables of `current` to `stale` and those of `fresh` to `current`, all or none.

    Tables do not move with triggers on them, and nothing else moves: it is made anew.
    """
    replaced = server.query(current, TABLES)
    moves = [(current, stale, name) for name in replaced]
    moves += [(fresh, current, name) for name in server.query(fresh, TABLES)]
    renaming = ", ".join(
        f"{_quoted(source)}.{_quoted(name)} TO {_quoted(target)}.{_quoted(name)}"
        for source, target, name in moves
    )
    stored = server.stored(fresh)
    # By name: a view whose table is gone would stop the program.
    triggers = server.dumped("--triggers", *NO_TABLES, current, *replaced) if replaced else ""
    for database in (fresh, current):
        server.run(database, *server.query(database, DROP_TRIGGERS))
    try:
        server.run(current, LIMIT, f"RENAME TABLE {renaming};")
    except BackupError:
        server.run(current, triggers)
        raise
    server.run(current, *server.query(current, DROP_OTHERS), stored)


@dataclass(frozen=True, slots=True)
class _Server:
    """The server, by way of its programs; they read from the file `access` where it is."""

    database: str
    access: Path
    programs: Programs

    def run(self, database: str, *statements: str) -> None:
        with self.load(database) as mysql:
            mysql.write("\n".join(statements).encode())

    def load(self, database: str) -> AbstractContextManager[IO[bytes]]:
        return self.programs.writing(*self._called("mysql", "mariadb"), database)

    def dump(self, *arguments: str) -> AbstractContextManager[IO[bytes]]:
        return self.programs.reading(*self._called("mysqldump", "mariadb-dump"), *arguments)

    def query(self, database: str, query: str) -> list[str]:
        """The last column of what is found."""
        form = ("--batch", "--skip-column-names", "--raw", f"--execute={query}")
        found = self.programs.run(*self._called("mysql", "mariadb"), *form, database)
        return [line.rpartition("\t")[2] for line in found.splitlines()]

    def dumped(self, *arguments: str) -> str:
        with self.dump(*arguments) as statements:
            return statements.read().decode()

    def stored(self, database: str) -> str:
        """The statements that make what is no table."""
        stored = self.dumped(*STORED, *NO_TABLES, database)
        if views := self.query(database, VIEWS):
            stored += self.dumped("--no-data", "--skip-triggers", database, *views)
        return stored

    @contextmanager
    def temporary(self, database: str) -> Iterator[None]:
        """A database for a while; one that is there already is somebody else's."""
        self.run("", f"CREATE DATABASE {_quoted(database)} CHARACTER SET utf8mb4;")
        try:
            yield
        finally:
            self.run("", f"DROP DATABASE {_quoted(database)};")

    def _called(self, *names: str) -> tuple[str, str]:
        """The beginning of a command: a program by the name that it has here."""
        name = next(filter(shutil.which, names), names[0])
        return name, f"--defaults-extra-file={self.access}"


@contextmanager
def _server(url: str) -> Iterator[_Server]:
    """The server of `url`; the password is in a private file, for others see arguments."""
    parts = address(url)
    client = {
        "host": parts.host,
        "port": parts.port,
        "user": parts.user,
        "password": parts.password,
    }
    lines = [f'{key} = "{_escaped(str(value))}"' for key, value in client.items() if value]
    with tempfile.TemporaryDirectory() as folder:
        access = Path(folder) / "access.cnf"
        access.write_text("\n".join([OPTIONS, *lines, ""]), encoding="utf-8")
        yield _Server(parts.name or "", access, Programs(PACKAGE, {}))


def _quoted(name: str) -> str:
    return f"`{name.replace('`', '``')}`"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
