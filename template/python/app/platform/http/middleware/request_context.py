"""Context of each request: identifier, log line, and response to unexpected errors."""

import re
import secrets
import time

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.platform.http.problems import problem_response

REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,100}")

log = structlog.get_logger()


class RequestContext:
    """Sets the `X-Request-ID` of each request (the client's if valid), and logs the outcome.

    Paths that begin with one of `quiet_paths` are not logged.
    """

    def __init__(self, app: ASGIApp, *, quiet_paths: tuple[str, ...]) -> None:
        self._app = app
        self._quiet_paths = quiet_paths

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        proposed = Headers(scope=scope).get("x-request-id", "")
        request_id = proposed if REQUEST_ID.fullmatch(proposed) else secrets.token_hex(16)
        scope.setdefault("state", {})["request_id"] = request_id
        structlog.contextvars.bind_contextvars(request_id=request_id)
        status = 0

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["X-Request-ID"] = request_id
            await send(message)

        started = time.perf_counter()
        try:
            await self._app(scope, receive, send_with_id)
        except Exception:
            log.exception("unhandled error", method=scope["method"], path=scope["path"])
            if status:
                raise  # too late for another response: the server closes the connection
            detail = "The service failed; its logs name the cause under this request_id."
            await problem_response(scope, 500, detail)(scope, receive, send_with_id)
        finally:
            if not scope["path"].startswith(self._quiet_paths):
                log.info(
                    "request",
                    method=scope["method"],
                    path=scope["path"],
                    status=status,
                    duration_ms=round((time.perf_counter() - started) * 1000, 2),
                )
            structlog.contextvars.unbind_contextvars("request_id")
