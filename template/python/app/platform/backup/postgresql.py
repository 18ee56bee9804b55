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
    """Write the database into a new file, as it is at one moment."""
    waiting = f"--lock-wait-timeout={LOCK_TIMEOUT_SECONDS}s"
    try:
        _programs(url).run("pg_dump", "--format=custom", waiting, f"--file={path}")
    except BackupError as error:
        if "version mismatch" in str(error):
            advice = f"Install {PACKAGE} of the server's version"
            raise BackupError(f"{advice}: {error}") from error
        raise


def tables(path: Path) -> list[str]:
    """The tables in a backup, or `BackupError` if it cannot be restored."""
    # The listing alone would not notice that rows are missing at the end.
    programs = Programs(PACKAGE, {})
    programs.run("pg_restore", f"--file={os.devnull}", str(path))
    listing = programs.run("pg_restore", "--list", str(path))
    line = re.compile(r"^\d+; \d+ \d+ TABLE DATA \S+ (.+) \S+$", re.MULTILINE)
    return verify_tables(line.findall(listing))


def restore(url: str, path: Path) -> None:
    """Make the database what the backup holds; if that fails, it stays as it was."""
    # Owners and grants may name roles that this server does not have.
    reader = ("pg_restore", "--no-owner", "--no-privileges", "--file=-", str(path))
    writer = ("psql", "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--file=-")
    programs = _programs(url)
    with programs.writing(*writer) as psql:
        psql.write(BEGIN.encode() + DROP_EVERYTHING.read_bytes())
        with programs.reading(*reader) as statements:
            shutil.copyfileobj(statements, psql)
        # Without this, whatever went wrong before, the server undoes it all.
        psql.write(COMMIT.encode())


def _programs(url: str) -> Programs:
    """The programs, told where the server is: others see arguments, but not variables."""
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
