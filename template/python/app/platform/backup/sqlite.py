"""Backups of SQLite: copies of the file, created and restored while the service uses it."""

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
    """Write a consistent snapshot of the database into a new file."""
    file = _file(url)
    if not file.is_file():
        raise BackupError(f"There is no database at {file}.")
    with _open(file, "mode=rw") as database, _open(path, "mode=rwc") as copy:
        # All pages in one step: with several, each concurrent write would restart the copy.
        database.backup(copy)
        # One file without a journal beside it.
        copy.execute("PRAGMA journal_mode=DELETE")


def tables(path: Path) -> list[str]:
    """Return the tables of a backup; raise `BackupError` if it cannot be restored."""
    with _open(path, "mode=ro&immutable=1") as backup:
        (verdict,) = backup.execute("PRAGMA integrity_check(1)").fetchone()
        if verdict != "ok":
            raise BackupError(f"{path} is damaged ({verdict.splitlines()[-1]}).")
        return verify_tables([name for _, name in backup.execute(TABLES)])


def restore(url: str, path: Path) -> None:
    """Replace the database with the backup; readers see the old or the new state."""
    file = _file(url)
    deadline = time.monotonic() + LOCK_TIMEOUT_SECONDS

    def give_up_in_time(status: int, _: int, __: int) -> None:
        # Python itself retries without limit.
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
