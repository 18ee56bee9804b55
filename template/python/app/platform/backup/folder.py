"""Folder of backups.

A file with the name of a backup is complete and verified, and has its checksum beside it. An
unfinished backup is in a temporary folder, which the next backup removes if it is left over.
"""

import datetime as dt
import fcntl
import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from app.kernel.errors import ApplicationError
from app.kernel.ports import Clock

TIME_FORMAT = "%Y%m%dT%H%M%SZ"
TIME = r"(\d{8}T\d{6}Z)"
UNFINISHED = ".unfinished-"


class BackupError(ApplicationError):
    """A backup cannot be created or restored."""


class BackupFolder:
    """Backups of one database; several databases can share a folder."""

    def __init__(self, path: Path, database: str, suffix: str, clock: Clock) -> None:
        self._path = path
        self._prefix = re.sub(r"[^\w.-]", "_", database)
        self._suffix = suffix
        self._clock = clock

    def add(self, dump: Callable[[Path], None]) -> Path:
        """Store the file that `dump` writes as a backup, unless it fails; return its path."""
        with self._locked(), self._unfinished() as folder:
            written = folder / "backup"
            dump(written)
            backup = self._free_name()
            checksum = folder / "checksum"
            checksum.write_text(f"{_sha256(written)}  {backup.name}\n", encoding="utf-8")
            # The checksum comes first, so that every backup has one.
            _publish(checksum, checksum_of(backup))
            _publish(written, backup)
        return backup

    def backups(self) -> list[Path]:
        """Return the backups, the newest last."""
        return sorted(path for path in self._path.glob("*") if self._time_in(path.name))

    def prune(self, days: int) -> list[Path]:
        """Remove backups older than `days`, but never the newest; return the removed paths."""
        with self._locked():
            oldest = (self._clock() - dt.timedelta(days=days)).strftime(TIME_FORMAT)
            old = [path for path in self.backups()[:-1] if self._time_in(path.name) < oldest]
            for path in old:
                path.unlink()
                checksum_of(path).unlink(missing_ok=True)
        return old

    def _time_in(self, name: str) -> str:
        """Return the time in the name of a backup; empty for other names."""
        before, after = re.escape(f"{self._prefix}-"), re.escape(self._suffix)
        match = re.fullmatch(before + TIME + after, name)
        return match[1] if match else ""

    def _free_name(self) -> Path:
        moment = self._clock()
        while True:
            name = f"{self._prefix}-{moment.strftime(TIME_FORMAT)}{self._suffix}"
            if not (self._path / name).exists():
                return self._path / name
            moment += dt.timedelta(seconds=1)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Create the folder, and lock it against changes by other processes."""
        try:
            self._path.mkdir(mode=0o700, parents=True, exist_ok=True)
            # The system releases the lock of a process that ends, however it ends.
            with (self._path / ".lock").open("w") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                self._clean()
                yield
        except OSError as error:
            raise BackupError(
                f"The folder of backups {self._path} cannot be used ({error.strerror or error})."
            ) from error

    @contextmanager
    def _unfinished(self) -> Iterator[Path]:
        with tempfile.TemporaryDirectory(prefix=UNFINISHED, dir=self._path) as folder:
            yield Path(folder)

    def _clean(self) -> None:
        """Remove the leftovers of killed processes."""
        for folder in self._path.glob(f"{UNFINISHED}*"):
            shutil.rmtree(folder, ignore_errors=True)
        for path in self._path.glob("*.sha256"):
            backup = path.with_suffix("")
            if self._time_in(backup.name) and not backup.exists():
                path.unlink()


def checksum_of(backup: Path) -> Path:
    """Return the path of a backup's checksum, which has the format of `sha256sum`."""
    return backup.with_name(f"{backup.name}.sha256")


def verify_tables(tables: list[str]) -> list[str]:
    """Return the tables of a backup; raise if there are none, as a restore would only delete."""
    if not tables:
        raise BackupError("There are no tables to keep or to restore.")
    return tables


def verify_checksum(backup: Path) -> None:
    """Return if a backup matches its checksum, else raise `BackupError`."""
    checksum = checksum_of(backup)
    if not backup.is_file():
        raise BackupError(f"There is no backup {backup}.")
    if not checksum.is_file():
        raise BackupError(f"{backup} has no checksum beside it; bring {checksum.name} as well.")
    try:
        expected = checksum.read_text(encoding="utf-8", errors="replace").partition(" ")[0]
        found = _sha256(backup)
    except OSError as error:
        raise BackupError(f"{backup} cannot be read ({error.strerror or error}).") from error
    if found != expected:
        raise BackupError(f"{backup} is damaged: it is not what its checksum says.")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _publish(path: Path, name: Path) -> None:
    """Rename a file durably, readable by its owner only."""
    path.chmod(0o600)
    _sync(path)
    path.rename(name)
    _sync(name.parent)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
