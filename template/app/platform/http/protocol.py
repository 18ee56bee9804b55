"""What the server does with clients that send the head of a request slowly, or without end."""

import json
from asyncio import TimerHandle
from asyncio.transports import Transport
from http import HTTPStatus
from typing import ClassVar

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol


class TooLargeError(Exception):
    """Stops the parser in the middle of what it was given."""


class GuardedProtocol(HttpToolsProtocol):
    """Uvicorn's protocol, which itself would wait for ever and keep whatever comes.

    It is made by the server, one for each connection: its limits are the class's.
    """

    timeout_seconds: ClassVar[float] = 30
    max_head_bytes: ClassVar[int] = 16 * 1024

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self._timer: TimerHandle | None = None
        self._pending_bytes = 0
        self._refused = False

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._refused:
            return
        if self._timer is None and self.cycle is not None and self.cycle.response_complete:
            self._await_head()
        self._pending_bytes += len(data)
        super().data_received(data)
        # The parser keeps a header until it ends.
        if self._timer is not None and self._pending_bytes > self.max_head_bytes:
            self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)

    def on_headers_complete(self) -> None:
        self._stop_waiting()
        size = len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)
        if size > self.max_head_bytes:
            self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
            raise TooLargeError
        super().on_headers_complete()

    def send_400_response(self, msg: str) -> None:
        self._refuse(HTTPStatus.BAD_REQUEST)

    def _await_head(self) -> None:
        self._pending_bytes = 0
        self._timer = self.loop.call_later(
            self.timeout_seconds, self._refuse, HTTPStatus.REQUEST_TIMEOUT
        )

    def _stop_waiting(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _refuse(self, status: HTTPStatus) -> None:
        """Answer a problem, unless another answer is under way, and close the connection."""
        self._stop_waiting()
        if self._refused:
            return
        self._refused = True
        if self.cycle is None or self.cycle.response_complete:
            self.transport.write(_problem(status))
        self.transport.close()


def _problem(status: HTTPStatus) -> bytes:
    detail = f"{status.description}." if status.description else f"{status.phrase}."
    problem = {"type": "about:blank", "title": status.phrase, "status": status, "detail": detail}
    body = json.dumps(problem).encode()
    head = (
        f"HTTP/1.1 {status.value} {status.phrase}\r\n"
        "Content-Type: application/problem+json\r\n"
        f"Content-Length: {len(body)}\r\n"
        "Cache-Control: no-store\r\n"
        "X-Content-Type-Options: nosniff\r\n"
        "Connection: close\r\n\r\n"
    )
    return head.encode() + body
