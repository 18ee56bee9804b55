"""A limit to how often one client may ask."""

import math
import time

from limits import RateLimitItem, parse
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from starlette.types import ASGIApp, Receive, Scope, Send

from app.platform.http.problems import problem_response


class RateLimit:
    """Answers 429 to a client (by address) that is over `limit`, such as `100/minute`.

    Paths that begin like one of `exempt_paths` are not counted. Requests are counted in this
    process: several workers each allow the limit.
    """

    def __init__(self, app: ASGIApp, *, limit: str, exempt_paths: tuple[str, ...]) -> None:
        self._app = app
        self._exempt_paths = exempt_paths
        self._limit: RateLimitItem = parse(limit)
        self._limiter = SlidingWindowCounterRateLimiter(MemoryStorage())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(self._exempt_paths):
            await self._app(scope, receive, send)
            return
        client = scope["client"][0] if scope["client"] else "unknown"
        if await self._limiter.hit(self._limit, client):
            await self._app(scope, receive, send)
            return
        window = await self._limiter.get_window_stats(self._limit, client)
        seconds = max(1, math.ceil(window.reset_time - time.time()))
        response = problem_response(
            scope,
            429,
            f"More than {self._limit}; try again in {seconds} s.",
            headers={"Retry-After": str(seconds)},
        )
        await response(scope, receive, send)
