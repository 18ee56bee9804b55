"""Requests counted in the memory of this process; other processes have their own counts."""

import time
from collections import OrderedDict, deque
from collections.abc import Callable

from app.platform.rate_limit.limiter import Rate, Usage

# However many addresses ask: those that have been silent for longest are forgotten.
MAX_CLIENTS = 50_000
MAX_REQUESTS = 1_000_000


class MemoryRateLimiter:
    """The times of the requests that count; no call waits, so each is done in one step."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._times: OrderedDict[str, deque[float]] = OrderedDict()
        self._counted = 0

    async def hit(self, key: str, rate: Rate) -> Usage:
        now = self._clock()
        times = self._times.setdefault(key, deque())
        self._times.move_to_end(key)
        while times and times[0] <= now - rate.seconds:
            times.popleft()
            self._counted -= 1
        allowed = len(times) < rate.requests
        if allowed:
            times.append(now)
            self._counted += 1
            self._forget_the_silent()
        return Usage(allowed, rate.requests - len(times), times[0] + rate.seconds - now)

    async def close(self) -> None:
        self._times.clear()

    def _forget_the_silent(self) -> None:
        while len(self._times) > MAX_CLIENTS or self._counted > MAX_REQUESTS:
            _, forgotten = self._times.popitem(last=False)
            self._counted -= len(forgotten)
