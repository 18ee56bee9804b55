"""Limits of connections: slow, silent and oversized clients, over TCP."""

import asyncio
import json
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest
import uvicorn
from starlette.types import Receive, Scope, Send
from structlog.testing import capture_logs

from app.platform.http.protocol import limited_protocol

SECONDS = 0.2
PATIENCE_SECONDS = 10
MAX_HEADER_BYTES = 2000
LARGE = 30 * 2**20


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Respond to `/read` after the body, to `/busy` late, to `/large` at length, else at once."""
    body = b"ok"
    if scope["path"] == "/read":
        while (await receive()).get("more_body"):
            pass
    if scope["path"] == "/busy":
        await asyncio.sleep(2 * SECONDS)
    if scope["path"] == "/large":
        body = b"x" * LARGE
    length = str(len(body)).encode()
    await send(
        {"type": "http.response.start", "status": 200, "headers": [(b"content-length", length)]}
    )
    await send({"type": "http.response.body", "body": body})


@asynccontextmanager
async def serving(seconds: float) -> AsyncIterator[int]:
    """Run a server that gives clients `seconds`; yield its port."""
    config = uvicorn.Config(
        application,
        http=limited_protocol(MAX_HEADER_BYTES, seconds),
        lifespan="off",
        log_config=None,
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        task = asyncio.create_task(server.serve(sockets=[listening]))
        yield listening.getsockname()[1]
        server.should_exit = True
        await task


@pytest.fixture(scope="module")
async def port() -> AsyncIterator[int]:
    """Port of a server that soon disconnects slow clients."""
    async with serving(SECONDS) as number:
        yield number


@pytest.fixture(scope="module")
async def patient_port() -> AsyncIterator[int]:
    """Port of a server that waits for slow clients longer than these tests take."""
    async with serving(2 * PATIENCE_SECONDS) as number:
        yield number


async def read_all(reader: asyncio.StreamReader) -> bytes:
    """Return all bytes until the server closes or resets the connection."""
    received = b""
    with suppress(ConnectionResetError):
        while chunk := await reader.read(2**20):
            received += chunk
    return received


async def exchange(port: int, *parts: bytes, drip: bytes = b"") -> bytes:
    """Send the parts, then `drip` ten times in `SECONDS`, until the connection is closed."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for part in parts:
        writer.write(part)
    reading = asyncio.ensure_future(read_all(reader))
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not reading.done():
        assert time.monotonic() < deadline, "the server does not close the connection"
        writer.write(drip)
        await asyncio.sleep(SECONDS / 10)
    writer.close()
    return await reading


def problem_of(answer: bytes) -> dict[str, Any]:
    head, _, body = answer.partition(b"\r\n\r\n")
    assert b"Content-Type: application/problem+json" in head
    content: dict[str, Any] = json.loads(body)
    assert head.startswith(f"HTTP/1.1 {content['status']} ".encode())
    assert content["request_id"].encode() in head
    return content


async def test_complete_request_returns_200(port: int) -> None:
    answer = await exchange(port, b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 200")


async def test_silent_client_is_disconnected(port: int) -> None:
    assert await exchange(port) == b""


async def test_slow_headers_return_408(port: int) -> None:
    with capture_logs() as logs:
        answer = await exchange(port, b"GET / HTTP/1.1\r\nX: ", drip=b"a")

    assert problem_of(answer)["status"] == 408
    assert [(line["event"], line["status"]) for line in logs] == [("request refused", 408)]


async def test_slow_clients_do_not_delay_others(patient_port: int) -> None:
    slow = [await asyncio.open_connection("127.0.0.1", patient_port) for _ in range(100)]
    for _, writer in slow:
        writer.write(b"GET / HTTP/1.1\r\nX: ")
    answer = await exchange(patient_port, b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 200")
    for _, writer in slow:
        writer.close()


async def test_oversized_headers_return_431(port: int) -> None:
    answer = await exchange(port, b"GET / HTTP/1.1\r\nX: ", b"a" * (MAX_HEADER_BYTES + 1))
    assert problem_of(answer)["status"] == 431


async def test_slow_second_request_returns_408(port: int) -> None:
    first = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
    answer = await exchange(port, first, b"GET / HTTP/1.1\r\nX: ", drip=b"a")
    assert answer.startswith(b"HTTP/1.1 200")
    assert answer.endswith(b"}")
    assert b"HTTP/1.1 408" in answer


async def test_connection_is_closed_if_body_continues_after_response(port: int) -> None:
    head = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n"
    answer = await exchange(port, head, drip=b"a")
    assert answer.endswith(b"ok")


async def test_slow_body_is_left_to_the_application(port: int) -> None:
    head = b"POST /read HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 30\r\n\r\n"
    answer = await exchange(port, head, drip=b"a")
    assert answer.startswith(b"HTTP/1.1 200")


async def test_slow_application_is_awaited(port: int) -> None:
    head = b"POST /busy HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 100\r\n\r\n"
    answer = await exchange(port, head, drip=b"a")
    assert answer.startswith(b"HTTP/1.1 200")


async def test_invalid_http_returns_400(port: int) -> None:
    assert problem_of(await exchange(port, b"nonsense\r\n\r\n"))["status"] == 400


async def test_invalid_chunk_returns_400(port: int) -> None:
    head = b"POST /busy HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert problem_of(await exchange(port, head, b"nonsense\r\n"))["status"] == 400


async def test_invalid_http_after_request_does_not_corrupt_its_response(port: int) -> None:
    busy = b"GET /busy HTTP/1.1\r\nHost: x\r\n\r\n"
    answer = await exchange(port, busy * 2, b"nonsense\r\n\r\n")
    assert answer.count(b"HTTP/1.1") <= 1


async def test_client_that_does_not_read_is_disconnected(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n")
    await asyncio.sleep(3 * SECONDS)
    assert len(await read_all(reader)) < LARGE
    writer.close()


async def test_slow_reader_gets_whole_response(patient_port: int) -> None:
    request = b"GET /large HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    assert len(await exchange(patient_port, request)) > LARGE
