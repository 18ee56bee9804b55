"""Clients that are slow, endless or no clients at all, on real connections."""

import asyncio
import json
import socket
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import pytest
import uvicorn
from starlette.types import Receive, Scope, Send
from structlog.testing import capture_logs

from app.platform.http.server import protocol

SECONDS = 0.3
PATIENCE_SECONDS = 10
MAX_HEAD_BYTES = 2000
LARGE = 30 * 2**20


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers `/read` once it has the body, `/busy` late, `/large` at length, others at once."""
    body = b"ok"
    if scope["path"] == "/read":
        while (await receive()).get("more_body"):
            pass
    if scope["path"] == "/busy":
        await asyncio.sleep(3 * SECONDS)
    if scope["path"] == "/large":
        body = b"x" * LARGE
    length = str(len(body)).encode()
    await send(
        {"type": "http.response.start", "status": 200, "headers": [(b"content-length", length)]}
    )
    await send({"type": "http.response.body", "body": body})


@pytest.fixture
def seconds() -> float:
    """How long clients have."""
    return SECONDS


@pytest.fixture
async def port(seconds: float) -> AsyncIterator[int]:
    """Where a server with these limits answers."""
    config = uvicorn.Config(
        application,
        http=protocol(MAX_HEAD_BYTES, seconds),
        lifespan="off",
        log_config=None,
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        yield listening.getsockname()[1]
        server.should_exit = True
        await serving


async def everything_from(reader: asyncio.StreamReader) -> bytes:
    """All until the connection ends, whether in peace or because more was sent to its end."""
    received = b""
    with suppress(ConnectionResetError):
        while chunk := await reader.read(2**20):
            received += chunk
    return received


async def exchange(port: int, *parts: bytes, drip: bytes = b"") -> bytes:
    """Send the parts and then `drip` ten times in `SECONDS`, until the server hangs up."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for part in parts:
        writer.write(part)
    reading = asyncio.ensure_future(everything_from(reader))
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not reading.done():
        assert time.monotonic() < deadline, "the server waits for ever"
        writer.write(drip)
        await asyncio.sleep(SECONDS / 10)
    writer.close()
    return await reading


def problem_in(answer: bytes) -> dict[str, Any]:
    head, _, body = answer.partition(b"\r\n\r\n")
    assert b"Content-Type: application/problem+json" in head
    content: dict[str, Any] = json.loads(body)
    assert head.startswith(f"HTTP/1.1 {content['status']} ".encode())
    assert content["request_id"].encode() in head
    return content


async def test_a_request_that_arrives_whole_is_answered(port: int) -> None:
    answer = await exchange(port, b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 200")


async def test_who_says_nothing_is_not_waited_for(port: int) -> None:
    assert await exchange(port) == b""


async def test_a_slow_head_is_cut_off(port: int) -> None:
    with capture_logs() as logs:
        answer = await exchange(port, b"GET / HTTP/1.1\r\nX: ", drip=b"a")

    assert problem_in(answer)["status"] == 408
    assert [(line["event"], line["status"]) for line in logs] == [("refused", 408)]


@pytest.mark.parametrize("seconds", [2 * PATIENCE_SECONDS])
async def test_others_are_answered_meanwhile(port: int) -> None:
    slow = [await asyncio.open_connection("127.0.0.1", port) for _ in range(100)]
    for _, writer in slow:
        writer.write(b"GET / HTTP/1.1\r\nX: ")
    answer = await exchange(port, b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 200")
    for _, writer in slow:
        writer.close()


async def test_an_endless_head_is_cut_off(port: int) -> None:
    answer = await exchange(port, b"GET / HTTP/1.1\r\nX: ", b"a" * (MAX_HEAD_BYTES + 1))
    assert problem_in(answer)["status"] == 431


async def test_what_follows_a_slow_start_has_its_own_time(port: int) -> None:
    first = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
    answer = await exchange(port, first, b"GET / HTTP/1.1\r\nX: ", drip=b"a")
    assert answer.startswith(b"HTTP/1.1 200")
    assert answer.endswith(b"}")
    assert b"HTTP/1.1 408" in answer


async def test_what_is_left_of_a_body_is_not_waited_for_once_the_answer_is_given(
    port: int,
) -> None:
    head = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n"
    answer = await exchange(port, head, drip=b"a")
    assert answer.endswith(b"ok")


async def test_a_body_is_the_applications_matter_while_it_reads(port: int) -> None:
    head = b"POST /read HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 30\r\n\r\n"
    answer = await exchange(port, head, drip=b"a")
    assert answer.startswith(b"HTTP/1.1 200")


async def test_an_application_that_takes_its_time_is_waited_for(port: int) -> None:
    head = b"POST /busy HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 100\r\n\r\n"
    answer = await exchange(port, head, drip=b"a")
    assert answer.startswith(b"HTTP/1.1 200")


async def test_what_is_no_http_is_a_bad_request(port: int) -> None:
    assert problem_in(await exchange(port, b"nonsense\r\n\r\n"))["status"] == 400


async def test_nonsense_in_a_body_is_a_bad_request(port: int) -> None:
    head = b"POST /busy HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert problem_in(await exchange(port, head, b"nonsense\r\n"))["status"] == 400


async def test_nonsense_after_a_request_does_not_end_up_in_its_answer(port: int) -> None:
    busy = b"GET /busy HTTP/1.1\r\nHost: x\r\n\r\n"
    answer = await exchange(port, busy * 2, b"nonsense\r\n\r\n")
    assert answer.count(b"HTTP/1.1") <= 1


async def test_who_does_not_take_an_answer_loses_it(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n")
    await asyncio.sleep(3 * SECONDS)
    assert len(await everything_from(reader)) < LARGE
    writer.close()


@pytest.mark.parametrize("seconds", [PATIENCE_SECONDS])
async def test_who_takes_an_answer_in_time_has_it_all(port: int) -> None:
    request = b"GET /large HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    assert len(await exchange(port, request)) > LARGE
