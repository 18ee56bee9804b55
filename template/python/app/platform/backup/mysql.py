"""Backups of MySQL and MariaDB: compressed SQL of `mysqldump`, restored into a second database."""

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
# Options that MySQL's programs need for MariaDB, and that MariaDB's programs do not know.
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
    """Write a consistent snapshot of the database into a new file."""
    with (
        _server(url) as server,
        server.dump(*WHOLE, *STORED, server.database) as statements,
        gzip.open(path, "wb", compresslevel=6) as file,
    ):
        shutil.copyfileobj(statements, file)


def tables(path: Path) -> list[str]:
    """Return the tables of a backup; raise `BackupError` if it cannot be restored."""
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
    """Replace the database with the backup; after a failure, its tables are unchanged.

    The server cannot roll back a CREATE TABLE. The backup is therefore restored into a second
    database, and one statement then exchanges the tables.
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

    A table with triggers cannot move, and other objects do not move: they are created again.
    """
    replaced = server.query(current, TABLES)
    moves = [(current, stale, name) for name in replaced]
    moves += [(fresh, current, name) for name in server.query(fresh, TABLES)]
    renaming = ", ".join(
        f"{_quoted(source)}.{_quoted(name)} TO {_quoted(target)}.{_quoted(name)}"
        for source, target, name in moves
    )
    stored = server.stored(fresh)
    # By name: a view without its table would stop the program.
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
    """Server, used through its programs, which read its address from the file `access`."""

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
        """Return the last column of the result."""
        form = ("--batch", "--skip-column-names", "--raw", f"--execute={query}")
        found = self.programs.run(*self._called("mysql", "mariadb"), *form, database)
        return [line.rpartition("\t")[2] for line in found.splitlines()]

    def dumped(self, *arguments: str) -> str:
        with self.dump(*arguments) as statements:
            return statements.read().decode()

    def stored(self, database: str) -> str:
        """Return the statements that create routines, triggers, events and views."""
        stored = self.dumped(*STORED, *NO_TABLES, database)
        if views := self.query(database, VIEWS):
            stored += self.dumped("--no-data", "--skip-triggers", database, *views)
        return stored

    @contextmanager
    def temporary(self, database: str) -> Iterator[None]:
        """Create a database and drop it at the end; fail if it exists, as it may be in use."""
        self.run("", f"CREATE DATABASE {_quoted(database)} CHARACTER SET utf8mb4;")
        try:
            yield
        finally:
            self.run("", f"DROP DATABASE {_quoted(database)};")

    def _called(self, *names: str) -> tuple[str, str]:
        """Return the start of a command: the program by its name on this machine."""
        name = next(filter(shutil.which, names), names[0])
        return name, f"--defaults-extra-file={self.access}"


@contextmanager
def _server(url: str) -> Iterator[_Server]:
    """Yield the server of `url`; the password is in a private file, as arguments are visible."""
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
