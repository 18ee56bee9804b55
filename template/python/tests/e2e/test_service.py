"""The service as a process: start, restart and shutdown."""

import asyncio
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

from app.main import Service, create_app
from app.platform.authorization import DEFAULT_ROLE
from app.settings import Settings
from tests.access_rules.logins import Headers
from tests.logins import login

SECONDS_TO_START = 60


@contextmanager
def running(database_url: str) -> Iterator[tuple[subprocess.Popen[bytes], httpx.Client]]:
    """Run the service in another process."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {
        **os.environ,
        "APP_DATABASE_URL": database_url,
        **{f"APP_{name.upper()}": value for name, value in login.SETTINGS.items()},
    }
    # With the database of the tests, which may replace that of production.
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
            assert time.monotonic() < deadline, "the service is not ready in time"
            time.sleep(0.05)
        else:
            return


def test_data_survives_restart_after_sigterm(database_url: str, settings: Settings) -> None:
    headers = asyncio.run(_log_in(settings))
    with running(database_url) as (_, client):
        me = client.get("/api/v1/me", headers=headers)
        assert me.status_code == 200

    with running(database_url) as (process, client):
        assert client.get("/api/v1/me", headers=headers).json() == me.json()

        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=10) == 0
        with pytest.raises(httpx.ConnectError):
            client.get("/health/live")


async def _log_in(settings: Settings) -> Headers:
    """Return the headers of a user who logged in to a service in this process."""
    app = create_app(settings)
    service: Service = app.state.service
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        headers = await login.authenticate(service, client, "restart", DEFAULT_ROLE)
    await service.close()
    return headers
