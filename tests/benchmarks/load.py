"""Load generator: maximum request rate over persistent connections."""

from __future__ import annotations

import asyncio
import re
import shutil
import subprocess
import time
from collections.abc import Mapping
from urllib.parse import urlsplit

CLIENTS = 16


def requests_per_second(url: str, seconds: int, headers: Mapping[str, str]) -> float:
    """Return the number of 200 responses per second; any other response is an error."""
    if wrk := shutil.which("wrk"):
        return _with_wrk(wrk, url, seconds, headers)
    return asyncio.run(_with_own_client(url, seconds, headers))


def _with_wrk(wrk: str, url: str, seconds: int, headers: Mapping[str, str]) -> float:
    header_options = [
        part for name, value in headers.items() for part in ("-H", f"{name}: {value}")
    ]
    command = [wrk, "-t1", f"-c{CLIENTS}", f"-d{seconds}s", *header_options, url]
    output = subprocess.run(command, check=True, capture_output=True, encoding="utf-8").stdout
    assert "Non-2xx" not in output, output
    assert "Socket errors" not in output, output
    return float(output.partition("Requests/sec:")[2].split()[0])


async def _with_own_client(url: str, seconds: int, headers: Mapping[str, str]) -> float:
    parts = urlsplit(url)
    host, _, port = parts.netloc.partition(":")
    lines = [f"GET {parts.path}?{parts.query} HTTP/1.1", f"Host: {parts.netloc}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    request = "\r\n".join([*lines, "", ""]).encode()
    loop = asyncio.get_running_loop()
    started = time.perf_counter()
    pairs = [
        await loop.create_connection(lambda: _Client(request), host, int(port))
        for _ in range(CLIENTS)
    ]
    await asyncio.sleep(seconds)
    rate = sum(client.responses for _, client in pairs) / (time.perf_counter() - started)
    failures = [client.failure for _, client in pairs if client.failure]
    for transport, _ in pairs:
        transport.abort()
    assert not failures, failures[0]
    return rate


class _Client(asyncio.Protocol):
    """Client that sends the next request after each response."""

    _LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)

    def __init__(self, request: bytes) -> None:
        self._request = request
        self._received = b""
        self.responses = 0
        self.failure = ""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, end, body = self._received.partition(b"\r\n\r\n")
        length = self._LENGTH.search(head)
        if not end or (length and len(body) < int(length[1])):
            return
        if not length or not head.startswith(b"HTTP/1.1 200"):
            self.failure = head.decode()
            return
        self._received = b""
        self.responses += 1
        self._transport.write(self._request)

    def connection_lost(self, error: Exception | None) -> None:
        self.failure = self.failure or f"The server closed the connection ({error})."
