"""A limit to how often one client may ask, and a stricter one to how often they may log in."""

import ipaddress
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.platform.http.problems import problem_response
from app.platform.rate_limits.port import Limit, Verdict, Windows

# Where passwords can be guessed and accounts made: what is posted there counts twice.
LOGIN_PATHS = {"/api/v1/auth/login", "/api/v1/auth/password", "/api/v1/auth/register"}


@dataclass(frozen=True, slots=True)
class Policy:
    """A limit with the name that clients read."""

    name: str
    limit: Limit

    def __str__(self) -> str:
        return f'"{self.name}";q={self.limit.requests};w={self.limit.seconds}'

    def state(self, verdict: Verdict) -> str:
        return f'"{self.name}";r={verdict.remaining};t={_whole_seconds(verdict)}'


class RateLimit:
    """Answers 429 to a client (by address) that is over `limit`, or over `login_limit`.

    The limits are texts such as `100/minute`; an empty one is none. Paths that begin like one of
    `exempt_paths` are not counted. Answers tell how much is left as the IETF's draft
    draft-ietf-httpapi-ratelimit-headers says.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        windows: Windows,
        limit: str,
        login_limit: str,
        exempt_paths: tuple[str, ...],
    ) -> None:
        self._app = app
        self._windows = windows
        self._exempt_paths = exempt_paths
        self._usual = _policies(default=limit)
        # The stricter one first: what it refuses uses up nothing of the other.
        self._login = _policies(login=login_limit, default=limit)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(self._exempt_paths):
            await self._app(scope, receive, send)
            return
        logs_in = scope["method"] == "POST" and scope["path"] in LOGIN_PATHS
        policies = self._login if logs_in else self._usual
        client = client_key(scope["client"][0]) if scope["client"] else "unknown"
        headers = {"RateLimit-Policy": ", ".join(map(str, policies))} if policies else {}
        states: list[str] = []
        for policy in policies:
            verdict = await self._windows.hit(f"{policy.name}:{client}", policy.limit)
            states.append(policy.state(verdict))
            headers["RateLimit"] = ", ".join(states)
            if not verdict.allowed:
                seconds = _whole_seconds(verdict)
                headers["Retry-After"] = str(seconds)
                detail = f"More than {policy.limit}; try again in {seconds} s."
                response = problem_response(scope, 429, detail, headers=headers)
                await response(scope, receive, send)
                return

        async def send_with_state(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(headers)
            await send(message)

        await self._app(scope, receive, send_with_state)


@lru_cache(maxsize=4096)
def client_key(address: str) -> str:
    """Who is counted as one: of IPv6, everybody gets a whole /64."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(ip, ipaddress.IPv4Address):
        return str(ip)
    if ip.ipv4_mapped:
        return str(ip.ipv4_mapped)
    return str(ipaddress.IPv6Network((int(ip) >> 64 << 64, 64)))


def _policies(**limits: str) -> Sequence[Policy]:
    return [Policy(name, Limit.parse(text)) for name, text in limits.items() if text]


def _whole_seconds(verdict: Verdict) -> int:
    return max(1, math.ceil(verdict.seconds))
