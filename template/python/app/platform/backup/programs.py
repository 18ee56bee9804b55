"""Client programs of a database server."""

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
    """Programs that connect to one server, whose address is in `variables`."""

    package: str
    variables: Mapping[str, str]

    def run(self, *command: str) -> str:
        """Run a program and return its output."""
        with self.reading(*command) as output:
            return output.read().decode()

    @contextmanager
    def reading(self, *command: str) -> Iterator[IO[bytes]]:
        """Yield the output of a running program; raise `BackupError` at the end if it failed."""
        with self._running(command, stdout=subprocess.PIPE) as process:
            yield cast("IO[bytes]", process.stdout)

    @contextmanager
    def writing(self, *command: str) -> Iterator[IO[bytes]]:
        """Yield the input of a running program; raise `BackupError` at the end if it failed."""
        with self._running(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as process:
            yield cast("IO[bytes]", process.stdin)

    @contextmanager
    def _running(
        self, command: Sequence[str], *, stdin: int | None = None, stdout: int
    ) -> Iterator[subprocess.Popen[bytes]]:
        name = command[0]
        environment = {**os.environ, "LC_ALL": "C", **self.variables}
        with tempfile.TemporaryFile() as errors:
            try:
                process = subprocess.Popen(  # noqa: S603 (fixed commands)
                    command, env=environment, stdin=stdin, stdout=stdout, stderr=errors
                )
            except FileNotFoundError as error:
                raise BackupError(f"{name} is not installed; {self.package} brings it.") from error
            try:
                with process:
                    yield process
            except BrokenPipeError:
                # The program ended before it read everything; its own error output says why.
                if process.stdin is None:
                    raise
            if process.returncode:
                errors.seek(0)
                reason = _reason(errors.read().decode(errors="replace"))
                raise BackupError(f"{name} failed ({reason or f'exit {process.returncode}'}).")


def _reason(errors: str) -> str:
    """Return the first error line of a program's output, and the line after it."""
    lines = errors.splitlines()
    first = next((n for n, line in enumerate(lines) if "error" in line.lower()), 0)
    words = [re.sub(r"^[\w-]+: (error|detail): |^ERROR: +", "", line) for line in lines]
    return "; ".join(line.strip() for line in words[first : first + 2]).rstrip(".")
