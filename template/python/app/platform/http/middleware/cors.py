"""Cross-origin resource sharing (CORS) for the origins that are named in the settings."""

from http import HTTPStatus

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.types import Receive, Scope, Send

from app.platform.http.problems import problem_response

_NO_HEADERS = Headers()


class Cors(CORSMiddleware):
    """Starlette's middleware, except that a refusal is a problem without any CORS header."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        origin = headers.get("origin")
        if origin is None or not self.is_allowed_origin(origin):
            await self.simple_response(scope, receive, send, request_headers=_NO_HEADERS)
            return
        if scope["method"] == "OPTIONS" and "access-control-request-method" in headers:
            response = self.preflight_response(request_headers=headers)
            if response.status_code != HTTPStatus.OK:
                detail = f"{bytes(response.body).decode()}."
                response = problem_response(scope, 400, detail, headers={"Vary": "Origin"})
            await response(scope, receive, send)
            return
        await self.simple_response(scope, receive, send, request_headers=headers)
