"""Backups of SQLite: copies of the file, made and restored while others read and write it."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from app.platform.backup.folder import BackupError, verify_tables
from app.platform.persistence.sql.sqlite import TABLES
from app.platform.persistence.sql.urls import address

SUFFIX = ".db"
LOCK_TIMEOUT_SECONDS = 10


def dump(url: str, path: Path) -> None:
    """Write the database into a new file, as it is at one moment."""
    file = _file(url)
    if not file.is_file():
        raise BackupError(f"There is no database at {file}.")
    with _open(file, "mode=rw") as database, _open(path, "mode=rwc") as copy:
        # All pages in one step: in several, each write of others would make it start again.
        database.backup(copy)
        # One file, to which nothing is added when it is read.
        copy.execute("PRAGMA journal_mode=DELETE")


def tables(path: Path) -> list[str]:
    """The tables in a backup, or `BackupError` if it cannot be restored."""
    with _open(path, "mode=ro&immutable=1") as backup:
        (verdict,) = backup.execute("PRAGMA integrity_check(1)").fetchone()
        if verdict != "ok":
            raise BackupError(f"{path} is damaged ({verdict.splitlines()[-1]}).")
        return verify_tables([name for _, name in backup.execute(TABLES)])


def restore(url: str, path: Path) -> None:
    """Make the database what the backup holds; whoever reads it sees the old or the new."""
    file = _file(url)
    deadline = time.monotonic() + LOCK_TIMEOUT_SECONDS

    def give_up_in_time(status: int, _: int, __: int) -> None:
        # Python itself would try for ever.
        if status == sqlite3.SQLITE_BUSY and time.monotonic() > deadline:
            raise BackupError(f"{file} is locked by another process; stop it and try again.")

    with _open(path, "mode=ro&immutable=1") as backup, _open(file, "mode=rwc") as database:
        backup.backup(database, progress=give_up_in_time)


def _file(url: str) -> Path:
    return Path(address(url).name)


@contextmanager
def _open(path: Path, options: str) -> Iterator[sqlite3.Connection]:
    address = f"{path.absolute().as_uri()}?{options}"
    try:
        with closing(sqlite3.connect(address, uri=True, timeout=1)) as connection:
            yield connection
    except sqlite3.Error as error:
        raise BackupError(f"SQLite cannot use {path} ({error}).") from error
