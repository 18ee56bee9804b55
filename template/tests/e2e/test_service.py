"""The service as a process of its own: it starts, answers, keeps, and stops in order."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from tests.conftest import PASSWORD

SECONDS_TO_START = 20


@contextmanager
def running(database_url: str) -> Iterator[tuple[subprocess.Popen[bytes], httpx.Client]]:
    """The service in another process, and a client of it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {
        **os.environ,
        "APP_DATABASE_URL": database_url,
        "APP_SECRET_KEY": "a key that only the tests know, long enough",
    }
    # With the tests' own plugs, whatever they are.
    program = "import tests.conftest; from app.cli import app; app()"
    command = [sys.executable, "-c", program, "serve", "--port", str(port)]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}") as client:
            _wait_until_ready(client)
            yield process, client
    finally:
        process.kill()
        process.wait()


def _wait_until_ready(client: httpx.Client) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    while True:
        try:
            client.get("/health/ready").raise_for_status()
        except httpx.HTTPError:
            assert time.monotonic() < deadline, "the service does not get ready"
            time.sleep(0.05)
        else:
            return


def test_what_is_kept_survives_a_restart(database_url: str) -> None:
    credentials = {"email": "restart@example.com", "password": PASSWORD}
    with running(database_url) as (_, client):
        registered = client.post("/api/v1/auth/register", json=credentials)
        assert registered.status_code == 201

    with running(database_url) as (process, client):
        login = client.post("/api/v1/auth/login", json=credentials).json()
        headers = {"Authorization": f"Bearer {login['access_token']}"}
        assert client.get("/api/v1/me", headers=headers).json() == registered.json()

        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=10) == 0
        with pytest.raises(httpx.ConnectError):
            client.get("/health/live")
