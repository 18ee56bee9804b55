"""A generated service: installed, started, asked and stopped."""

from __future__ import annotations

import secrets
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from ..servers import DATABASE_SERVERS
from ..support import ENVIRONMENT, run

SECONDS_TO_START = 60
ADMIN_EMAIL = "admin@example.com"
ADMIN_PASSWORD = "an administrator's password"


@dataclass(frozen=True, slots=True)
class Service:
    """A generated service in a folder, with a database of its own."""

    path: Path
    answers: Mapping[str, Any]
    database_url: str
    variables: dict[str, str] = field(default_factory=dict)

    @property
    def collection(self) -> str:
        """The path of an entity that it has, whatever its modules."""
        return "/api/v1/products" if "catalog" in self.answers["modules"] else "/api/v1/shelves"

    def body(self, number: int = 1) -> dict[str, Any]:
        """Return what makes one of these; no two numbers give the same."""
        name = f"Ñandú 订 {number}"
        if "catalog" in self.answers["modules"]:
            return {"name": name, "price": f"{number}.99", "in_stock": number % 2 == 0}
        return {"code": name}

    def app(self, *arguments: str, **variables: str) -> str:
        """Run one of the service's commands and return what it prints."""
        return self._run("app", arguments, variables).stdout

    def fails(self, *arguments: str, **variables: str) -> str:
        """Run a command that must fail, and return its error message."""
        outcome = self._run("app", arguments, variables, check=False)
        assert outcome.returncode == 1, outcome.stdout + outcome.stderr
        return outcome.stderr

    def python(self, code: str) -> str:
        """Run Python in the service's environment and return what it prints."""
        return self._run("python", ("-c", code), {}).stdout

    def _run(
        self,
        command: str,
        arguments: tuple[str, ...],
        variables: Mapping[str, str],
        *,
        check: bool = True,
    ) -> subprocess.CompletedProcess[str]:
        """Run a command of the service's environment; `uv run` would take twice as long."""
        return run(
            self.path / ".venv/bin" / command,
            *arguments,
            cwd=self.path,
            check=check,
            variables={**self.variables, **variables},
        )

    def select(self, query: str) -> list[str]:
        """Ask the server or the file that holds its database; returns the first column."""
        return self.python(
            "import asyncio, sqlalchemy as sa\n"
            "from app.platform.persistence.sql import adapter\n"
            "async def show():\n"
            f"    engine = adapter.create_engine({self.database_url!r})\n"
            "    async with engine.connect() as connection:\n"
            f"        print(*await connection.scalars(sa.text({query!r})), sep='\\n')\n"
            "    await engine.dispose()\n"
            "asyncio.run(show())\n"
        ).split()

    def drop_database(self) -> None:
        """Drop its database, whether it exists or not."""
        self.python(
            "import asyncio; from app.platform.persistence.sql import adapter;"
            f"asyncio.run(adapter.drop_database({self.database_url!r}))"
        )


@dataclass(frozen=True, slots=True)
class Running:
    """A service that answers."""

    process: subprocess.Popen[bytes]
    client: httpx.Client
    base_url: str
    log: Path

    def stop(self) -> int:
        """Send SIGTERM and return the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=30)


def new_database_url(answers: Mapping[str, Any], folder: Path) -> str:
    """Return the address of a database that does not exist yet."""
    if server := DATABASE_SERVERS.get(answers["database"]):
        return f"{server}/andamio_{secrets.token_hex(6)}"
    return f"sqlite:///{folder / 'boot.db'}"


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


@contextmanager
def running(service: Service, *options: str, **variables: str) -> Iterator[Running]:
    """Start the service and wait until it is alive; it is killed in the end if it still runs."""
    port = free_port()
    _forget_requests(service.variables.get("APP_CACHE_URL", ""))
    log = service.path.with_name(f"{service.path.name}.{port}.log")
    # Not through uv: signals must reach the service itself.
    command = [str(service.path / ".venv/bin/app"), "serve", "--port", str(port), *options]
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=service.path,
            env={**ENVIRONMENT, **service.variables, **variables},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    base_url = f"http://127.0.0.1:{port}"
    try:
        with httpx.Client(base_url=base_url, timeout=30) as client:
            _wait_until_alive(process, client, log)
            yield Running(process, client, base_url, log)
    finally:
        process.kill()
        process.wait()


def create_admin(service: Service, email: str = ADMIN_EMAIL) -> str:
    """Create an administrator; returns their password, or their new key with `auth: api_key`."""
    if service.answers["auth"] == "api_key":
        return service.app("create-admin", "--email", email).strip()
    service.app("create-admin", "--email", email, "--password", ADMIN_PASSWORD)
    return ADMIN_PASSWORD


def headers_of(service: Service, its: Running, credential: str) -> dict[str, str]:
    """Return the headers that authenticate the administrator with this password or key."""
    if service.answers["auth"] == "api_key":
        return {"X-API-Key": credential}
    return log_in(its, ADMIN_EMAIL, credential)


def log_in(its: Running, email: str, password: str = ADMIN_PASSWORD) -> dict[str, str]:
    """Log in and return the headers that authenticate the user."""
    body = {"email": email, "password": password}
    answer = its.client.post("/api/v1/auth/login", json=body).raise_for_status()
    given = answer.json()
    if "access_token" in given:
        return {"Authorization": f"Bearer {given['access_token']}"}
    # By hand, since a Secure cookie is not sent without TLS.
    cookie = answer.headers["Set-Cookie"].partition(";")[0]
    its.client.cookies.clear()
    return {"Cookie": cookie, "X-CSRF-Token": given["csrf_token"]}


def _forget_requests(cache_url: str) -> None:
    """Let no test be refused for what the one before it has asked."""
    place = urlsplit(cache_url)
    if place.scheme == "redis":
        with socket.create_connection((place.hostname, place.port or 6379)) as connection:
            connection.sendall(f"SELECT {place.path[1:]}\r\nFLUSHDB\r\nQUIT\r\n".encode())
            while connection.recv(1024):
                pass


def _wait_until_alive(process: subprocess.Popen[bytes], client: httpx.Client, log: Path) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    while True:
        try:
            client.get("/health/live").raise_for_status()
        except httpx.HTTPError:
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.05)
        else:
            return
