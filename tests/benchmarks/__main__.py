"""The command; what it measures is told in the package."""

from __future__ import annotations

import argparse
import http.client
import json
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from statistics import median

import tests.benchmarks
from tests.benchmarks.load import requests_per_second
from tests.support import ENVIRONMENT, ROOT, commit, git, render, run, uv

BY_HAND = Path(__file__).with_name("by_hand.py")
WARM = {"PYTHONDONTWRITEBYTECODE": ""}  # what anybody has who runs a program the second time
START_TIMEOUT_SECONDS = 30
HEALTH = "/health/live"
LIST = "/api/v1/products?limit=20"
EMAIL, PASSWORD = "reader@example.com", "a reader's password"

WITHOUT_SECURITY = '''
"""The service, had it been written without security."""
from typing import Annotated
from uuid import UUID

from fastapi import Depends

from app.kernel.access import Principal
from app.platform.auth import caller
from app.platform.authorization import DEFAULT_ROLE

NOBODY = Principal(UUID(int=0), DEFAULT_ROLE)


async def current_caller() -> Principal:
    return NOBODY


# Not by `dependency_overrides`: FastAPI looks at these anew for each request, which costs time.
caller.Caller = Annotated[Principal, Depends(current_caller)]

from app.cli.server import application
'''

DROP_DATABASE = """
import asyncio, os
from app.platform.persistence.sql import adapter

asyncio.run(adapter.drop_database(os.environ["APP_DATABASE_URL"]))
"""


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks",
        description=tests.benchmarks.__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    benchmarks = {"copy": measure_copy, "requests": measure_requests, "start": measure_start}
    parser.add_argument("which", nargs="*", help="copy, requests, start", default=[*benchmarks])
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--seconds", type=int, default=1, help="of requests, each time")
    parser.add_argument("--postgresql", default="postgresql://postgres@127.0.0.1", metavar="URL")
    options = parser.parse_args()
    if unknown := {*options.which} - {*benchmarks}:
        parser.error(f"there is no {', '.join(unknown)}")
    for name in options.which:
        with tempfile.TemporaryDirectory(prefix="andamio-") as folder:
            benchmarks[name](Path(folder), options)


def measure_copy(folder: Path, options: argparse.Namespace) -> None:
    """Copy by turns what Jinja renders and what it rendered, each from a tagged repository."""
    template, static = folder / "template", folder / "static"
    for name in git(ROOT, "ls-files", "--cached", "--others", "--exclude-standard").splitlines():
        if (ROOT / name).is_file():
            (template / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, template / name)
    render(ROOT, static / "template")
    (static / "copier.yml").write_text("_subdirectory: template\n", encoding="utf-8")
    for repository in (template, static):
        commit(repository, "Release")
        git(repository, "tag", "v1.0.0")

    def copy(source: Path) -> float:
        target = Path(tempfile.mkdtemp(dir=folder)) / "service"
        started = time.perf_counter()
        command = (sys.executable, "-m", "copier", "copy", "--trust", "--defaults", "--quiet")
        run(*command, source, target, PYTHONDONTWRITEBYTECODE="")
        return time.perf_counter() - started

    sources = {"template": partial(copy, template), "static files": partial(copy, static)}
    files = sum(path.is_file() for path in (static / "template").rglob("*"))
    _report(f"copy: seconds for {files} files", _by_turns(sources, options.rounds))


def measure_requests(folder: Path, options: argparse.Namespace) -> None:
    """Ask the service and the program by turns; both run all the while, and only one is busy."""
    service = _service(folder, {"database": "postgresql"})
    (service / "without_security.py").write_text(WITHOUT_SECURITY, encoding="utf-8")
    database = f"{options.postgresql}/andamio_benchmark"
    settings = {
        "APP_DATABASE_URL": database,
        "APP_RATE_LIMIT": "",
        "APP_LOGIN_RATE_LIMIT": "",
        "APP_ACCESS_TOKEN_MINUTES": "60",
        "DATABASE_URL": database.replace("postgresql:", "postgresql+asyncpg:"),
    }
    uv(service, "run", "python", "-c", DROP_DATABASE, variables=settings)
    uv(service, "run", "app", "seed", "--count", "50", variables=settings)
    reader = ("--email", EMAIL, "--password", PASSWORD)
    uv(service, "run", "app", "create-admin", *reader, variables=settings)
    serve = partial(_serving, service, variables=settings)
    with (
        serve(["without_security:application", "--factory"]) as without,
        serve(["app.cli.server:application", "--factory"]) as secure,
        serve(["by_hand:app"]) as by_hand,
    ):
        token = _token(secure)
        for path in (HEALTH, LIST):
            assert _get(without, path) == _get(by_hand, path) == _get(secure, path, token)

        def ask(port: int, path: str, headers: Mapping[str, str]) -> Callable[[], float]:
            url = f"http://127.0.0.1:{port}{path}"
            return lambda: requests_per_second(url, options.seconds, headers)

        for path in (HEALTH, LIST):
            subjects = {"service": ask(without, path, {})}
            if path == LIST:
                subjects["service, with a token"] = ask(secure, path, token)
            subjects["by hand"] = ask(by_hand, path, {})
            _report(f"requests: GET {path} per second", _by_turns(subjects, options.rounds))
    uv(service, "run", "python", "-c", DROP_DATABASE, variables=settings)


def measure_start(folder: Path, options: argparse.Namespace) -> None:
    """Start each by turns; the first round only warms up what Python and uv keep."""
    service = _service(folder, {})
    uv(service, "run", "app", "migrate")

    def start(*command: str) -> float:
        port = _free_port()
        variables = {**WARM, "DATABASE_URL": "sqlite+aiosqlite:///var/app.db"}
        started = time.perf_counter()
        with _process(service, ["uv", "run", *command, "--port", str(port)], variables):
            _wait_for(port)
            return time.perf_counter() - started

    commands = {
        "app serve": partial(start, "app", "serve"),
        "by hand": partial(start, "uvicorn", "by_hand:app"),
    }
    _by_turns(commands, 1)
    _report("start: seconds to the first answer", _by_turns(commands, options.rounds))


# --- What the measurements share -----------------------------------------------------------------


def _by_turns(subjects: Mapping[str, Callable[[], float]], rounds: int) -> dict[str, list[float]]:
    """Measure each subject once a round; who goes first changes from one round to the next."""
    measured: dict[str, list[float]] = {name: [] for name in subjects}
    for number in range(rounds):
        for name in sorted(subjects, reverse=bool(number % 2)):
            measured[name].append(subjects[name]())
    return measured


def _report(title: str, measured: Mapping[str, list[float]]) -> None:
    """Print the medians, and each one's ratio to the last, which is the yardstick."""
    print(title)
    *_, yardstick = measured.values()
    for name, values in measured.items():
        ratio = median(ours / theirs for ours, theirs in zip(values, yardstick, strict=True))
        print(f"    {name:<24}{median(values):>10.2f}{ratio:>8.2f}x")


def _service(folder: Path, answers: Mapping[str, str]) -> Path:
    """A service that is installed, with the program beside it."""
    service = render(ROOT, folder / "service", answers)
    shutil.copy(BY_HAND, service)
    uv(service, "sync", "--quiet")
    return service


@contextmanager
def _serving(service: Path, arguments: list[str], variables: Mapping[str, str]) -> Iterator[int]:
    """Serve an application with uvicorn, the same way for each; gives its port."""
    port = _free_port()
    flags = ["--port", str(port), "--no-access-log", "--no-server-header"]
    command = ["uv", "run", "uvicorn", *arguments, *flags, "--log-level", "warning"]
    with _process(service, command, variables):
        _wait_for(port)
        yield port


@contextmanager
def _process(service: Path, command: list[str], variables: Mapping[str, str]) -> Iterator[None]:
    log = service / "benchmark.log"
    with log.open("a", encoding="utf-8") as output:
        process = subprocess.Popen(
            command, cwd=service, env={**ENVIRONMENT, **variables}, stdout=output, stderr=output
        )
        try:
            yield
        finally:
            process.terminate()
            process.wait(timeout=START_TIMEOUT_SECONDS)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_for(port: int) -> None:
    """Return as soon as the port answers that it lives."""
    deadline = time.perf_counter() + START_TIMEOUT_SECONDS
    while True:
        try:
            _get(port, HEALTH)
        except OSError:
            assert time.perf_counter() < deadline, "It does not start."
            time.sleep(0.005)
        else:
            return


def _get(port: int, path: str, headers: Mapping[str, str] | None = None) -> bytes:
    return _request(port, "GET", path, None, headers or {})


def _token(port: int) -> dict[str, str]:
    """The header that says who asks."""
    credentials = json.dumps({"email": EMAIL, "password": PASSWORD})
    answer = _request(
        port, "POST", "/api/v1/auth/login", credentials, {"Content-Type": "application/json"}
    )
    return {"Authorization": f"Bearer {json.loads(answer)['access_token']}"}


def _request(
    port: int, method: str, path: str, body: str | None, headers: Mapping[str, str]
) -> bytes:
    connection = http.client.HTTPConnection("127.0.0.1", port)
    try:
        connection.request(method, path, body, dict(headers))
        answer = connection.getresponse()
        content = answer.read()
    finally:
        connection.close()
    assert answer.status == 200, content
    return content


if __name__ == "__main__":
    main()
