"""Limits of the size of headers and body, and of the time for a body."""

import asyncio

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.platform.http.problems import problem_response


class RequestLimits:
    """Answers 431 to headers over `max_header_bytes`, and 413 to a body over `max_body_bytes`.

    A body may announce its length or not; if it is not complete after `seconds`, the response is
    408. Headers that never end do not become a request: `LimitedProtocol` cuts them off.
    """

    def __init__(
        self, app: ASGIApp, *, max_header_bytes: int, max_body_bytes: int, seconds: float
    ) -> None:
        self._app = app
        self._max_header_bytes = max_header_bytes
        self._max_body_bytes = max_body_bytes
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if _header_bytes(scope) > self._max_header_bytes:
            detail = f"The path and headers are larger than {self._max_header_bytes} bytes."
            await problem_response(scope, 431, detail)(scope, receive, send)
            return
        too_large = f"The body is larger than {self._max_body_bytes} bytes."
        announced = Headers(scope=scope).get("content-length", "0")
        if announced.isdecimal() and int(announced) > self._max_body_bytes:
            await problem_response(scope, 413, too_large)(scope, receive, send)
            return
        deadline = asyncio.get_running_loop().time() + self._seconds
        received = 0
        complete = False

        async def receive_within_limits() -> Message:
            nonlocal received, complete
            if complete:
                return await receive()  # tells when the client disconnects
            try:
                async with asyncio.timeout_at(deadline):
                    message = await receive()
            except TimeoutError:
                detail = f"The body was not received within {self._seconds:g} s."
                # The rest of the body is not awaited.
                raise HTTPException(408, detail, headers={"Connection": "close"}) from None
            complete = not message.get("more_body", False)
            received += len(message.get("body", b""))
            if received > self._max_body_bytes:
                raise HTTPException(413, too_large)
            return message

        await self._app(scope, receive_within_limits, send)


def _header_bytes(scope: Scope) -> int:
    """Return roughly what was sent: each header has a colon, a space and a line end."""
    target = len(scope["raw_path"]) + len(scope["query_string"])
    return target + sum(len(name) + len(value) + 4 for name, value in scope["headers"])
