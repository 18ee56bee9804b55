"""Clients that send slowly, or without end, on connections of their own."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator

import pytest
import uvicorn
from fastapi import FastAPI

from app.main import create_app
from app.platform.http.protocol import GuardedProtocol
from app.settings import Settings

TIMEOUT_SECONDS = 0.5
HEAD = b"GET /health/live HTTP/1.1\r\nHost: x\r\n"
LOGIN = (
    b"POST /api/v1/me HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    b"Content-Length: 1000\r\n\r\n"
)


class Patient(GuardedProtocol):
    """With limits that a test can wait for."""

    timeout_seconds = TIMEOUT_SECONDS
    max_head_bytes = 2048


@pytest.fixture
async def port(settings: Settings) -> AsyncIterator[int]:
    """Where a server of this process listens."""
    app = create_app(settings.model_copy(update={"request_timeout_seconds": TIMEOUT_SECONDS}))
    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(_with_echo(app), http=Patient, log_config=None, server_header=False)
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve([listening]))
    yield listening.getsockname()[1]
    server.should_exit = True
    await serving


def _with_echo(app: FastAPI) -> FastAPI:
    @app.post("/echo")
    async def echo(body: dict[str, str]) -> dict[str, str]:
        return body

    return app


async def told(port: int, sent: bytes, slowly: bytes = b"") -> bytes:
    """What is answered until the connection ends; `slowly` is repeated, a byte at a time."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(sent)

    async def go_on() -> None:
        while slowly:
            for byte in slowly:
                writer.write(bytes([byte]))
                await asyncio.sleep(0.05)

    going_on = asyncio.create_task(go_on())
    try:
        async with asyncio.timeout(10 * TIMEOUT_SECONDS):
            return await reader.read()
    except ConnectionError:
        return b""
    finally:
        going_on.cancel()
        writer.close()


@pytest.mark.parametrize(
    ("sent", "slowly"),
    [
        (b"", b""),
        (HEAD, b""),
        (HEAD, b"X-Slow: y\r\n"),
        (b"", b"\r\n"),
    ],
)
async def test_a_slow_head_is_cut_off(port: int, sent: bytes, slowly: bytes) -> None:
    started = time.monotonic()
    answer = await told(port, sent, slowly)

    assert answer.startswith(b"HTTP/1.1 408 Request Timeout\r\n")
    assert b"application/problem+json" in answer
    assert TIMEOUT_SECONDS / 2 < time.monotonic() - started < 6 * TIMEOUT_SECONDS


async def test_a_slow_body_is_cut_off(port: int) -> None:
    answer = await told(port, LOGIN.replace(b"/api/v1/me", b"/echo"), b" ")

    assert answer.startswith(b"HTTP/1.1 408 Request Timeout\r\n")
    assert b"application/problem+json" in answer
    assert b"request_id" in answer


async def test_who_was_answered_is_not_waited_for_either(port: int) -> None:
    """The answer comes before the body, which then never ends."""
    answer = await told(port, LOGIN.replace(b"/api/v1/me", b"/nowhere"), b" ")

    assert answer.startswith(b"HTTP/1.1 404 ")


async def test_a_connection_serves_many_requests(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for _ in range(4):
        writer.write(HEAD + b"\r\n")
        assert (await reader.readuntil(b"\r\n")).startswith(b"HTTP/1.1 200 ")
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
        await reader.readexactly(length)
        await asyncio.sleep(TIMEOUT_SECONDS / 2)
    writer.close()


@pytest.mark.parametrize(
    "sent",
    [
        HEAD + b"X-Large: " + b"y" * 3000 + b"\r\n\r\n",
        HEAD + b"X-Endless: " + b"y" * 300_000,
        HEAD + b"X: y\r\n" * 500 + b"\r\n",
        b"GET /" + b"y" * 3000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        HEAD + b"X-Large: " + b"y" * 3000 + b"\r\nContent-Length: 5\r\n\r\nhello",
    ],
)
async def test_a_large_head_is_refused(port: int, sent: bytes) -> None:
    answer = await told(port, sent)

    assert answer.startswith(b"HTTP/1.1 431 ") or answer == b""
    assert answer.count(b"HTTP/1.1 ") <= 1


async def test_what_is_no_http_is_a_problem(port: int) -> None:
    answer = await told(port, b"nonsense\r\n\r\n")

    assert answer.startswith(b"HTTP/1.1 400 Bad Request\r\n")
    assert b"application/problem+json" in answer
