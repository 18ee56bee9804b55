"""Middleware that refuses the requests of a client over its limit."""

import math
from dataclasses import dataclass

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.platform.http.client_address import client_of
from app.platform.http.problems import problem_response
from app.platform.rate_limit.limiter import Rate, RateLimiter

# As in draft-ietf-httpapi-ratelimit-headers.
RESPONSE_HEADERS = ("RateLimit", "RateLimit-Policy")


@dataclass(frozen=True, slots=True)
class RateLimitRule:
    """A rate for `paths`; without paths, for all paths that no other rule names."""

    name: str
    rate: Rate
    paths: frozenset[str] = frozenset()


class RateLimitMiddleware:
    """Answers 429 to a client over the limit of the rule that applies to the path.

    Paths that begin with one of `exempt_paths` have no limit.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        limiter: RateLimiter,
        rules: list[RateLimitRule],
        exempt_paths: tuple[str, ...],
    ) -> None:
        self._app = app
        self._limiter = limiter
        self._exempt_paths = exempt_paths
        self._by_path = {path: rule for rule in rules for path in rule.paths}
        self._default = next((rule for rule in rules if not rule.paths), None)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        rule = self._rule_for(scope)
        if rule is None:
            await self._app(scope, receive, send)
            return
        name, rate = rule.name, rule.rate
        usage = await self._limiter.hit(f"{name}:{client_of(scope)}", rate)
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

    def _rule_for(self, scope: Scope) -> RateLimitRule | None:
        if scope["type"] != "http" or scope["path"].startswith(self._exempt_paths):
            return None
        return self._by_path.get(scope["path"], self._default)
