"""Check of the `Host` header."""

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from app.platform.http.problems import problem_response


class AllowedHosts:
    """Answers 400 if `Host` is none of `hosts`; `*.example.com` stands for every subdomain.

    Paths that begin with one of `exempt_paths` may be requested by address, as probes do.
    """

    def __init__(
        self, app: ASGIApp, *, hosts: tuple[str, ...], exempt_paths: tuple[str, ...]
    ) -> None:
        self._app = app
        self._exempt_paths = exempt_paths
        self._names = frozenset(host for host in hosts if not host.startswith("*"))
        self._endings = tuple(host[1:] for host in hosts if host.startswith("*"))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if (
            scope["type"] == "http"
            and not scope["path"].startswith(self._exempt_paths)
            and not self._is_allowed(Headers(scope=scope).getlist("host"))
        ):
            detail = "The service does not answer for the host in the header Host."
            await problem_response(scope, 400, detail)(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _is_allowed(self, hosts: list[str]) -> bool:
        if len(hosts) != 1:
            return False
        name = _without_port(hosts[0]).lower().removesuffix(".")
        return name in self._names or name.endswith(self._endings)


def _without_port(host: str) -> str:
    name, colon, port = host.rpartition(":")
    return name if colon and port.isdecimal() else host
