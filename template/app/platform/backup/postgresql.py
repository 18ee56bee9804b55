"""Backups of PostgreSQL: archives of `pg_dump`, restored in one transaction."""

import os
import re
import shutil
from pathlib import Path

import sqlalchemy as sa

from app.platform.backup import tools
from app.platform.backup.folder import BackupError, verify_tables

SUFFIX = ".dump"
# The schema and the name of each table, for a connection to the database.
TABLES = (
    "SELECT schemaname, tablename FROM pg_tables "
    r"WHERE schemaname <> 'information_schema' AND schemaname NOT LIKE 'pg\_%'"
)
LOCK_TIMEOUT_SECONDS = 10
BEGIN = f"BEGIN; SET LOCAL lock_timeout = '{LOCK_TIMEOUT_SECONDS}s';\n"
COMMIT = "\nCOMMIT;\n"
DROP_EVERYTHING = Path(__file__).with_name("drop_everything.sql")


def dump(url: str, path: Path) -> None:
    """Write the database into a new file, as it is at one moment."""
    waiting = f"--lock-wait-timeout={LOCK_TIMEOUT_SECONDS}s"
    try:
        tools.run(["pg_dump", "--format=custom", waiting, f"--file={path}"], _address(url))
    except BackupError as error:
        if "version mismatch" in str(error):
            advice = "Install postgresql-client of the server's version"
            raise BackupError(f"{advice}: {error}") from error
        raise


def tables(path: Path) -> list[str]:
    """The tables in a backup, or `BackupError` if it cannot be restored."""
    # The listing alone would not notice that rows are missing at the end.
    tools.run(["pg_restore", f"--file={os.devnull}", path])
    listing = tools.run(["pg_restore", "--list", path])
    line = re.compile(r"^\d+; \d+ \d+ TABLE DATA \S+ (.+) \S+$", re.MULTILINE)
    return verify_tables(line.findall(listing))


def restore(url: str, path: Path) -> None:
    """Make the database what the backup holds; if that fails, it stays as it was."""
    # Owners and grants may name roles that this server does not have.
    reader = ["pg_restore", "--no-owner", "--no-privileges", "--file=-", str(path)]
    writer = ["psql", "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--file=-"]
    with tools.writing(writer, _address(url)) as psql:
        psql.write(BEGIN.encode() + DROP_EVERYTHING.read_bytes())
        with tools.reading(reader) as statements:
            shutil.copyfileobj(statements, psql)
        # Without this, whatever went wrong before, the server undoes it all.
        psql.write(COMMIT.encode())


def _address(url: str) -> dict[str, str]:
    """Where the server is, as its tools read it; other users see arguments, but not variables."""
    parts = sa.make_url(url)
    address = {
        "PGHOST": parts.host or parts.query.get("host"),
        "PGPORT": parts.port,
        "PGUSER": parts.username,
        "PGPASSWORD": parts.password,
        "PGDATABASE": parts.database,
        "PGSSLMODE": parts.query.get("ssl"),
        "PGCONNECT_TIMEOUT": 5,
        "PGOPTIONS": "--client-min-messages=warning",
    }
    return {name: str(value) for name, value in address.items() if value}
