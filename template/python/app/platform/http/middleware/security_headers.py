"""Security headers for browsers."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

NO_CONTENT = b"default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
# Headers that a route may set itself.
DEFAULTS = {b"cache-control": b"no-store", b"content-security-policy": NO_CONTENT}


class SecurityHeaders:
    """Adds the headers to every response; `https_only` also pins browsers to HTTPS for a year."""

    def __init__(self, app: ASGIApp, *, https_only: bool) -> None:
        self._app = app
        self._headers = [
            (b"x-content-type-options", b"nosniff"),
            (b"x-frame-options", b"DENY"),
            (b"referrer-policy", b"no-referrer"),
            (b"cross-origin-resource-policy", b"same-origin"),
            (b"cross-origin-opener-policy", b"same-origin"),
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
                own = [each for each in message.get("headers", ()) if each[0] not in self._names]
                names = {name for name, _ in own}
                defaults = [each for each in DEFAULTS.items() if each[0] not in names]
                message["headers"] = own + defaults + self._headers
            await send(message)

        await self._app(scope, receive, send_with_headers)
