"""Running the programs that come with a database server."""

import os
import re
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, cast

from app.platform.backup.folder import BackupError


@dataclass(frozen=True, slots=True)
class Programs:
    """The programs of one server, which `variables` tell where it is."""

    package: str
    variables: Mapping[str, str]

    def run(self, *command: str) -> str:
        """Run a program and return what it prints."""
        with self.reading(*command) as output:
            return output.read().decode()

    @contextmanager
    def reading(self, *command: str) -> Iterator[IO[bytes]]:
        """What a program prints, while it does; `BackupError` in the end if it has failed."""
        with self._running(command, stdout=subprocess.PIPE) as process:
            yield cast("IO[bytes]", process.stdout)

    @contextmanager
    def writing(self, *command: str) -> Iterator[IO[bytes]]:
        """What a program reads, while it does; `BackupError` in the end if it has failed."""
        with self._running(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as process:
            yield cast("IO[bytes]", process.stdin)

    @contextmanager
    def _running(
        self, command: Sequence[str], *, stdin: int | None = None, stdout: int
    ) -> Iterator[subprocess.Popen[bytes]]:
        name = command[0]
        environment = {**os.environ, "LC_ALL": "C", **self.variables}
        with tempfile.TemporaryFile() as complaints:
            try:
                process = subprocess.Popen(  # noqa: S603 (the commands are ours)
                    command, env=environment, stdin=stdin, stdout=stdout, stderr=complaints
                )
            except FileNotFoundError as error:
                raise BackupError(f"{name} is not installed; {self.package} brings it.") from error
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
