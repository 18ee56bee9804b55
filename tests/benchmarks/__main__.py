"""Benchmark command; the package docstring describes the benchmarks."""

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
WARM = {"PYTHONDONTWRITEBYTECODE": ""}  # bytecode is cached, as from the second run of a program on
START_TIMEOUT_SECONDS = 30
HEALTH = "/health/live"
LIST = "/api/v1/products?limit=20"
EMAIL, PASSWORD = "reader@example.com", "a reader's password"

WITHOUT_SECURITY = '''
"""Service without authentication."""
from typing import Annotated
from uuid import UUID

from fastapi import Depends

from app.kernel.access import Principal
from app.platform.auth import caller
from app.platform.authorization import DEFAULT_ROLE

ANONYMOUS = Principal(UUID(int=0), DEFAULT_ROLE)


async def current_caller() -> Principal:
    return ANONYMOUS


# `dependency_overrides` would cost time, since FastAPI looks them up for each request.
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
    parser.add_argument("--seconds", type=int, default=1, help="duration of requests per round")
    parser.add_argument("--postgresql", default="postgresql://postgres@127.0.0.1", metavar="URL")
    options = parser.parse_args()
    if unknown := {*options.which} - {*benchmarks}:
        parser.error(f"unknown benchmark: {', '.join(unknown)}")
    for name in options.which:
        with tempfile.TemporaryDirectory(prefix="andamio-") as folder:
            benchmarks[name](Path(folder), options)


def measure_copy(folder: Path, options: argparse.Namespace) -> None:
    """Alternate copies of the template and of its rendered files, each from a tagged repository."""
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
    _report(f"copy: seconds for {files} files", _alternate(sources, options.rounds))


def measure_requests(folder: Path, options: argparse.Namespace) -> None:
    """Alternate requests to the service and to the hand-written program, both running."""
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
            _report(f"requests: GET {path} per second", _alternate(subjects, options.rounds))
    uv(service, "run", "python", "-c", DROP_DATABASE, variables=settings)


def measure_start(folder: Path, options: argparse.Namespace) -> None:
    """Alternate starts of both programs; an unmeasured round warms up the caches."""
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
    _alternate(commands, 1)
    _report("start: seconds to the first answer", _alternate(commands, options.rounds))


# --- Shared functions ----------------------------------------------------------------------------


def _alternate(subjects: Mapping[str, Callable[[], float]], rounds: int) -> dict[str, list[float]]:
    """Measure each subject once per round, in alternating order."""
    measured: dict[str, list[float]] = {name: [] for name in subjects}
    for number in range(rounds):
        for name in sorted(subjects, reverse=bool(number % 2)):
            measured[name].append(subjects[name]())
    return measured


def _report(title: str, measured: Mapping[str, list[float]]) -> None:
    """Print the medians and their ratios to the last subject."""
    print(title)
    *_, reference_values = measured.values()
    for name, values in measured.items():
        ratio = median(
            value / reference for value, reference in zip(values, reference_values, strict=True)
        )
        print(f"    {name:<24}{median(values):>10.2f}{ratio:>8.2f}x")


def _service(folder: Path, answers: Mapping[str, str]) -> Path:
    """Render and install a service, with the hand-written program beside it."""
    service = render(ROOT, folder / "service", answers)
    shutil.copy(BY_HAND, service)
    uv(service, "sync", "--quiet")
    return service


@contextmanager
def _serving(service: Path, arguments: list[str], variables: Mapping[str, str]) -> Iterator[int]:
    """Serve an application with uvicorn and yield its port."""
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
    """Return when the liveness check on the port succeeds."""
    deadline = time.perf_counter() + START_TIMEOUT_SECONDS
    while True:
        try:
            _get(port, HEALTH)
        except OSError:
            assert time.perf_counter() < deadline, "The service does not start."
            time.sleep(0.005)
        else:
            return


def _get(port: int, path: str, headers: Mapping[str, str] | None = None) -> bytes:
    return _request(port, "GET", path, None, headers or {})


def _token(port: int) -> dict[str, str]:
    """Return the Authorization header of the reader."""
    credentials = json.dumps({"email": EMAIL, "password": PASSWORD})
    response = _request(
        port, "POST", "/api/v1/auth/login", credentials, {"Content-Type": "application/json"}
    )
    return {"Authorization": f"Bearer {json.loads(response)['access_token']}"}


def _request(
    port: int, method: str, path: str, body: str | None, headers: Mapping[str, str]
) -> bytes:
    connection = http.client.HTTPConnection("127.0.0.1", port)
    try:
        connection.request(method, path, body, dict(headers))
        response = connection.getresponse()
        content = response.read()
    finally:
        connection.close()
    assert response.status == 200, content
    return content


if __name__ == "__main__":
    main()
