"""Running the programs that come with a database server."""

import os
import re
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, cast

from app.platform.backup.folder import BackupError

# What brings a program, by the names that most systems give to packages.
PACKAGES = {
    "pg_dump": "postgresql-client",
    "pg_restore": "postgresql-client",
    "psql": "postgresql-client",
}

Command = Sequence[str | Path]
Variables = Mapping[str, str]


def run(command: Command, variables: Variables | None = None) -> str:
    """Run a program and return what it prints."""
    with reading(command, variables) as output:
        return output.read().decode()


@contextmanager
def reading(command: Command, variables: Variables | None = None) -> Iterator[IO[bytes]]:
    """What a program prints, while it does; `BackupError` in the end if it has failed."""
    with _running(command, variables, stdout=subprocess.PIPE) as process:
        yield cast("IO[bytes]", process.stdout)


@contextmanager
def writing(command: Command, variables: Variables | None = None) -> Iterator[IO[bytes]]:
    """What a program reads, while it does; `BackupError` in the end if it has failed."""
    streams = {"stdin": subprocess.PIPE, "stdout": subprocess.DEVNULL}
    with _running(command, variables, **streams) as process:
        yield cast("IO[bytes]", process.stdin)


@contextmanager
def _running(
    command: Command, variables: Variables | None, *, stdin: int | None = None, stdout: int
) -> Iterator[subprocess.Popen[bytes]]:
    name = Path(command[0]).name
    environment = {**os.environ, "LC_ALL": "C", **(variables or {})}
    with tempfile.TemporaryFile() as complaints:
        try:
            process = subprocess.Popen(  # noqa: S603 (the commands are ours)
                command, env=environment, stdin=stdin, stdout=stdout, stderr=complaints
            )
        except FileNotFoundError as error:
            raise BackupError(f"{name} is not installed; {PACKAGES[name]} brings it.") from error
        try:
            with process:
                yield process
        except BrokenPipeError:
            # What reads has ended before it had read everything, and its own words say why.
            if process.stdin is None:
                raise
        if process.returncode:
            complaints.seek(0)
            reason = _reason(complaints.read().decode(errors="replace"))
            raise BackupError(f"{name} failed ({reason or f'exit {process.returncode}'}).")


def _reason(complaints: str) -> str:
    """The first error that a program has complained about, and the line that explains it."""
    lines = complaints.splitlines()
    first = next((n for n, line in enumerate(lines) if "error" in line.lower()), 0)
    words = [re.sub(r"^[\w-]+: (error|detail): |^ERROR: +", "", line) for line in lines]
    return "; ".join(line.strip() for line in words[first : first + 2]).rstrip(".")
