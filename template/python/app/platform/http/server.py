"""What a client does before its request is one: neither endless nor slow heads, and no silence."""

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
    HEAD = "in the head of one"
    BODY = "in the body of one"


class LimitedProtocol(HttpToolsProtocol):
    """Uvicorn's protocol, which by itself waits for ever and keeps whatever is sent.

    A client has `seconds` to connect and send a head, to send what is left of a body after the
    answer, and to take what it was sent. Requests that arrive whole are never waited for.
    """

    def __init__(self, *args: Any, max_head_bytes: int, seconds: float, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._max_head_bytes = max_head_bytes
        self._seconds = seconds
        self._phase = _Phase.BETWEEN
        self._head_bytes = 0
        self._waiting: TimerHandle | None = None
        self._stalling: TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        for timer in (self._waiting, self._stalling):
            if timer is not None:
                timer.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._phase is _Phase.BETWEEN:
            if self._waiting is not None:
                self._waiting.cancel()
                self._waiting = None
            return
        if self._waiting is None:
            self._wait()
        if self._phase is _Phase.HEAD:
            self._head_bytes += len(data)
            if self._head_bytes > self._max_head_bytes:
                detail = f"The path and headers are larger than {self._max_head_bytes} bytes."
                self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, detail)

    def on_message_begin(self) -> None:
        self._phase = _Phase.HEAD
        self._head_bytes = 0
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
        self._stalling = self.loop.call_later(self._seconds, self.transport.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._stalling is not None:
            self._stalling.cancel()
            self._stalling = None

    def _wait(self) -> None:
        self._waiting = self.loop.call_later(self._seconds, self._give_up)

    def _give_up(self) -> None:
        self._waiting = None
        if self.transport.is_closing():
            return
        if self._is_answering():
            self._wait()  # the application sees to what it is reading
        elif self._phase is _Phase.HEAD:
            detail = f"The path and headers were not received within {self._seconds:g} s."
            self._refuse(HTTPStatus.REQUEST_TIMEOUT, detail)
        else:
            self.transport.close()

    def _is_answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _refuse(self, status: HTTPStatus, detail: str) -> None:
        """Answer with a problem, unless another answer has begun, and close the connection."""
        if self.transport.is_closing():
            return
        has_begun = bool(self.pipeline)
        if self._is_answering():
            has_begun = has_begun or self.cycle.response_started
            self.cycle.disconnected = True  # what the application still says is for nobody
        if not has_begun:
            request_id = secrets.token_hex(16)
            log.info("refused", request_id=request_id, status=status.value, detail=detail)
            self.transport.write(_problem(status, detail, request_id))
        self.transport.close()


def protocol(max_head_bytes: int, seconds: float) -> type[asyncio.Protocol]:
    """What Uvicorn makes of each connection; a class of its own could not go to its workers."""
    made = partial(LimitedProtocol, max_head_bytes=max_head_bytes, seconds=seconds)
    return cast(type[asyncio.Protocol], made)


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
