"""Commands in the READMEs of the template and of the service."""

from __future__ import annotations

import fcntl
import json
import os
import re
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from ..support import ENVIRONMENT, ROOT, git, run
from .cases import first
from .running import Service

# No command creates an access token of an issuer; `test_oauth2.py` covers the sign-in.
CASE_NAMES = [
    "defaults",
    first(database="postgresql", auth="session"),
    first(auth="api_key"),
]
URL = "http://127.0.0.1:8000"
SECONDS_TO_START = 300


def blocks(readme: Path) -> list[str]:
    """Return the bash code blocks of a README in order."""
    return re.findall(r"^```bash\n(.*?)^```$", readme.read_text(), re.MULTILINE | re.DOTALL)


@contextmanager
def in_the_background(command: str, cwd: Path, **variables: str) -> Iterator[None]:
    """Run a command that starts a server and stop it at the end of the context."""
    log = cwd.with_name(f"{cwd.name}.readme.log")
    with _the_port(), log.open("wb") as output:
        process = subprocess.Popen(
            ["bash", "-c", command],
            cwd=cwd,
            env={**ENVIRONMENT, **variables},
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            _wait_until_ready(process, log)
            yield
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(timeout=30)


@contextmanager
def _the_port() -> Iterator[None]:
    """Lock the port named in the READMEs against other workers."""
    with (Path(tempfile.gettempdir()) / "andamio-8000.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(httpx.ConnectError):
            httpx.get(URL)
        yield


def _wait_until_ready(process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    while True:
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < deadline, log.read_text()
        try:
            httpx.get(f"{URL}/health/ready").raise_for_status()
        except httpx.HTTPError:
            time.sleep(0.1)
        else:
            return


def test_service_readme_commands_create_entity(elsewhere: Service) -> None:
    serve, log_in, create = blocks(elsewhere.path / "README.md")
    with in_the_background(serve, elsewhere.path, **elsewhere.variables):
        script = f"set -e\n{log_in}\n{create}"
        outcome = run("bash", "-c", script, cwd=elsewhere.path, variables=elsewhere.variables)

    created, page = (json.loads(line) for line in _documents(outcome.stdout))
    assert created in page["items"]
    assert created["version"] == 1


def _documents(output: str) -> list[str]:
    """Return the two JSON documents at the end of the output."""
    start = output.index('{"id"')
    first, rest = json.JSONDecoder().raw_decode(output[start:])
    return [json.dumps(first), output[start + rest :]]


def test_first_readme_command_starts_service(template: Path, tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    run("git", "clone", "--quiet", template, clone)
    (start, _) = blocks(clone / "README.md")

    with in_the_background(start, clone):
        assert "My Service" in httpx.get(f"{URL}/docs").text

    assert (tmp_path / "my-service" / ".copier-answers.yml").is_file()
    assert git(clone, "status", "--porcelain") == ""


def test_second_readme_command_is_run_by_ci() -> None:
    (_, test) = blocks(ROOT / "README.md")
    assert (ROOT / ".ci/run").read_text().endswith(f"\n{test}")
