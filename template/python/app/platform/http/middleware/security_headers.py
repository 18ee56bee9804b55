"""Headers that tell browsers to trust nothing they do not need to."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = b"content-security-policy"
NOTHING = b"default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"


class SecurityHeaders:
    """Adds the headers to every answer; `https_only` also pins browsers to HTTPS for a year.

    A page that needs more than others has a Content-Security-Policy of its own.
    """

    def __init__(self, app: ASGIApp, *, https_only: bool) -> None:
        self._app = app
        self._headers = [
            (b"x-content-type-options", b"nosniff"),
            (b"x-frame-options", b"DENY"),
            (b"referrer-policy", b"no-referrer"),
            (b"cross-origin-resource-policy", b"same-origin"),
            (b"cross-origin-opener-policy", b"same-origin"),
            (b"cache-control", b"no-store"),
        ]
        if https_only:
            pinned = b"max-age=31536000; includeSubDomains"
            self._headers.append((b"strict-transport-security", pinned))
        self._names = frozenset(name for name, _ in self._headers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = message.get("headers", ())
                headers = [header for header in given if header[0] not in self._names]
                if all(name != POLICY for name, _ in headers):
                    headers.append((POLICY, NOTHING))
                message["headers"] = headers + self._headers
            await send(message)

        await self._app(scope, receive, send_with_headers)
