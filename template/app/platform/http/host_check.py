"""Requests must name a host that is meant: links, caches and cookies are made of it."""

import re

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from app.platform.http.problems import problem_response

PORT = re.compile(r":\d{0,5}$")


class HostCheck:
    """Answers 400 to a `Host` that is none of `allowed`; a name `*.b` allows all under `b`.

    Paths that begin like one of `exempt_paths` may be asked by address, as probes do.
    """

    def __init__(
        self, app: ASGIApp, *, allowed: tuple[str, ...], exempt_paths: tuple[str, ...]
    ) -> None:
        self._app = app
        self._names = {name.lower() for name in allowed}
        self._domains = tuple(name[1:] for name in self._names if name.startswith("*."))
        self._exempt_paths = exempt_paths

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(self._exempt_paths):
            await self._app(scope, receive, send)
            return
        hosts = Headers(scope=scope).getlist("host")
        if len(hosts) == 1 and self._allows(PORT.sub("", hosts[0].lower())):
            await self._app(scope, receive, send)
            return
        detail = "The Host is not one of this service's."
        await problem_response(scope, 400, detail)(scope, receive, send)

    def _allows(self, name: str) -> bool:
        return name in self._names or name.endswith(self._domains)
