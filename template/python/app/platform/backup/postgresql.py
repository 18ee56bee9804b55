"""Backups of PostgreSQL: archives of `pg_dump`, restored in one transaction."""

import os
import re
import shutil
from pathlib import Path

from app.platform.backup.folder import BackupError, verify_tables
from app.platform.backup.programs import Programs
from app.platform.persistence.sql.urls import address

SUFFIX = ".dump"
PACKAGE = "postgresql-client"
CONNECT_TIMEOUT_SECONDS = 5
LOCK_TIMEOUT_SECONDS = 10
BEGIN = f"BEGIN; SET LOCAL lock_timeout = '{LOCK_TIMEOUT_SECONDS}s';\n"
COMMIT = "\nCOMMIT;\n"
DROP_EVERYTHING = Path(__file__).with_name("drop_everything.sql")


def dump(url: str, path: Path) -> None:
    """Write a consistent snapshot of the database into a new file."""
    waiting = f"--lock-wait-timeout={LOCK_TIMEOUT_SECONDS}s"
    try:
        _programs(url).run("pg_dump", "--format=custom", waiting, f"--file={path}")
    except BackupError as error:
        if "version mismatch" in str(error):
            advice = f"Install {PACKAGE} of the server's version"
            raise BackupError(f"{advice}: {error}") from error
        raise


def tables(path: Path) -> list[str]:
    """Return the tables of a backup; raise `BackupError` if it cannot be restored."""
    # The list of contents alone does not reveal a truncated file.
    programs = Programs(PACKAGE, {})
    programs.run("pg_restore", f"--file={os.devnull}", str(path))
    listing = programs.run("pg_restore", "--list", str(path))
    line = re.compile(r"^\d+; \d+ \d+ TABLE DATA \S+ (.+) \S+$", re.MULTILINE)
    return verify_tables(line.findall(listing))


def restore(url: str, path: Path) -> None:
    """Replace the database with the backup; after a failure, it is unchanged."""
    # Owners and grants may name roles that do not exist on this server.
    reader = ("pg_restore", "--no-owner", "--no-privileges", "--file=-", str(path))
    writer = ("psql", "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--file=-")
    programs = _programs(url)
    with programs.writing(*writer) as psql:
        psql.write(BEGIN.encode() + DROP_EVERYTHING.read_bytes())
        with programs.reading(*reader) as statements:
            shutil.copyfileobj(statements, psql)
        # Without this statement, the server rolls everything back, whatever went wrong before.
        psql.write(COMMIT.encode())


def _programs(url: str) -> Programs:
    """Return the programs for a server; variables hide the password, arguments would not."""
    parts = address(url)
    variables = {
        "PGHOST": parts.host or parts.options.get("host"),
        "PGPORT": parts.port,
        "PGUSER": parts.user,
        "PGPASSWORD": parts.password,
        "PGDATABASE": parts.name,
        "PGSSLMODE": parts.options.get("ssl"),
        "PGCONNECT_TIMEOUT": CONNECT_TIMEOUT_SECONDS,
        "PGOPTIONS": "--client-min-messages=warning",
    }
    return Programs(PACKAGE, {name: str(value) for name, value in variables.items() if value})
