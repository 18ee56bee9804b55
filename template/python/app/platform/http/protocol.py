"""Uvicorn protocol that disconnects slow, silent and oversized clients."""

import asyncio
import json
import secrets
from asyncio.events import TimerHandle
from enum import Enum
from functools import partial
from http import HTTPStatus
from typing import Any, cast

import structlog
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

log = structlog.get_logger()


class _Phase(Enum):
    BETWEEN = "between requests"
    HEADERS = "in the headers of a request"
    BODY = "in the body of a request"


class LimitedProtocol(HttpToolsProtocol):
    """Protocol with limits that Uvicorn lacks: it waits without end and buffers everything.

    A client has `seconds` to send its headers after it connects, to send the rest of a body after
    the response, and to read the response. While the application responds, it limits the body.
    """

    def __init__(self, *args: Any, max_header_bytes: int, seconds: float, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._max_header_bytes = max_header_bytes
        self._seconds = seconds
        self._phase = _Phase.BETWEEN
        self._header_bytes = 0
        self._read_timer: TimerHandle | None = None
        self._write_timer: TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._start_read_timer()

    def connection_lost(self, exc: Exception | None) -> None:
        for timer in (self._read_timer, self._write_timer):
            if timer is not None:
                timer.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._phase is _Phase.BETWEEN:
            if self._read_timer is not None:
                self._read_timer.cancel()
                self._read_timer = None
            return
        if self._read_timer is None:
            self._start_read_timer()
        if self._phase is _Phase.HEADERS:
            self._header_bytes += len(data)
            if self._header_bytes > self._max_header_bytes:
                detail = f"The path and headers are larger than {self._max_header_bytes} bytes."
                self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, detail)

    def on_message_begin(self) -> None:
        self._phase = _Phase.HEADERS
        self._header_bytes = 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._phase = _Phase.BODY
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._phase = _Phase.BETWEEN
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        self._refuse(HTTPStatus.BAD_REQUEST, msg)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._write_timer = self.loop.call_later(self._seconds, self.transport.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._write_timer is not None:
            self._write_timer.cancel()
            self._write_timer = None

    def _start_read_timer(self) -> None:
        self._read_timer = self.loop.call_later(self._seconds, self._expire)

    def _expire(self) -> None:
        self._read_timer = None
        if self.transport.is_closing():
            return
        if self._is_responding():
            self._start_read_timer()  # the application limits the time for the body
        elif self._phase is _Phase.HEADERS:
            detail = f"The path and headers were not received within {self._seconds:g} s."
            self._refuse(HTTPStatus.REQUEST_TIMEOUT, detail)
        else:
            self.transport.close()

    def _is_responding(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _refuse(self, status: HTTPStatus, detail: str) -> None:
        """Send a problem, unless another response has begun, and close the connection."""
        if self.transport.is_closing():
            return
        has_begun = bool(self.pipeline)
        if self._is_responding():
            has_begun = has_begun or self.cycle.response_started
            self.cycle.disconnected = True  # drops what the application sends from now on
        if not has_begun:
            request_id = secrets.token_hex(16)
            log.info("request refused", request_id=request_id, status=status.value, detail=detail)
            self.transport.write(_problem(status, detail, request_id))
        self.transport.close()


def limited_protocol(max_header_bytes: int, seconds: float) -> type[asyncio.Protocol]:
    """Return the protocol factory for Uvicorn, which pickles it for its workers."""
    factory = partial(LimitedProtocol, max_header_bytes=max_header_bytes, seconds=seconds)
    return cast(type[asyncio.Protocol], factory)


def _problem(status: HTTPStatus, detail: str, request_id: str) -> bytes:
    content = {
        "type": "about:blank",
        "title": status.phrase,
        "status": status.value,
        "detail": detail,
        "instance": "*",
        "request_id": request_id,
    }
    body = json.dumps(content).encode()
    head = (
        f"HTTP/1.1 {status.value} {status.phrase}\r\n"
        "Content-Type: application/problem+json\r\n"
        f"Content-Length: {len(body)}\r\n"
        "Cache-Control: no-store\r\n"
        "X-Content-Type-Options: nosniff\r\n"
        f"X-Request-ID: {request_id}\r\n"
        "Connection: close\r\n\r\n"
    )
    return head.encode() + body
