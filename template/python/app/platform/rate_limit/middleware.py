"""A limit to how often one client may ask."""

import math
from dataclasses import dataclass

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.platform.http.client_address import client_of
from app.platform.http.problems import problem_response
from app.platform.rate_limit.limiter import Rate, RateLimiter

# What tells a client where it stands, as the IETF's draft-ietf-httpapi-ratelimit-headers has it.
HEADERS = ("RateLimit", "RateLimit-Policy")


@dataclass(frozen=True, slots=True)
class Limit:
    """A rate, and the paths that count towards it; with none, all that no other one names."""

    name: str
    rate: Rate
    paths: frozenset[str] = frozenset()


class RateLimit:
    """Answers 429 to a client that is over the limit that a path falls under.

    Paths that begin like one of `exempt_paths` are not counted.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        limiter: RateLimiter,
        limits: list[Limit],
        exempt_paths: tuple[str, ...],
    ) -> None:
        self._app = app
        self._windows = limiter
        self._exempt_paths = exempt_paths
        self._by_path = {path: limit for limit in limits for path in limit.paths}
        self._default = next((limit for limit in limits if not limit.paths), None)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        limit = self._limit_for(scope)
        if limit is None:
            await self._app(scope, receive, send)
            return
        name, rate = limit.name, limit.rate
        usage = await self._windows.hit(f"{name}:{client_of(scope)}", rate)
        seconds = max(1, math.ceil(usage.seconds))
        headers = {
            "RateLimit": f'"{name}";r={usage.remaining};t={seconds}',
            "RateLimit-Policy": f'"{name}";q={rate.requests};w={rate.seconds}',
        }
        if not usage.allowed:
            detail = f"More than {rate.requests} in {rate.seconds} s; try again in {seconds} s."
            headers["Retry-After"] = str(seconds)
            await problem_response(scope, 429, detail, headers=headers)(scope, receive, send)
            return
        added = [(key.lower().encode(), value.encode()) for key, value in headers.items()]

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), *added]
            await send(message)

        await self._app(scope, receive, send_with_headers)

    def _limit_for(self, scope: Scope) -> Limit | None:
        if scope["type"] != "http" or scope["path"].startswith(self._exempt_paths):
            return None
        return self._by_path.get(scope["path"], self._default)
