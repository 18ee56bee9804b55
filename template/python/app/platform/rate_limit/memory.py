"""Rate limiter in the memory of this process; other processes count separately."""

import time
from collections import OrderedDict, deque
from collections.abc import Callable

from app.platform.rate_limit.limiter import Rate, Usage
from app.platform.rate_limit.settings import RateLimitSettings

# Above these, the clients that have been silent for longest are forgotten: an attacker with many
# addresses must not fill the memory.
MAX_CLIENTS = 50_000
MAX_REQUESTS = 1_000_000


class MemoryRateLimiter:
    """Times of the requests in each window; no method awaits, so each is one step."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._times: OrderedDict[str, deque[float]] = OrderedDict()
        self._total = 0

    async def hit(self, key: str, rate: Rate) -> Usage:
        now = self._clock()
        times = self._times.setdefault(key, deque())
        self._times.move_to_end(key)
        while times and times[0] <= now - rate.seconds:
            times.popleft()
            self._total -= 1
        allowed = len(times) < rate.requests
        if allowed:
            times.append(now)
            self._total += 1
            self._evict()
        return Usage(allowed, rate.requests - len(times), times[0] + rate.seconds - now)

    async def close(self) -> None:
        self._times.clear()

    def _evict(self) -> None:
        while len(self._times) > MAX_CLIENTS or self._total > MAX_REQUESTS:
            _, evicted = self._times.popitem(last=False)
            self._total -= len(evicted)


def create_rate_limiter(_: RateLimitSettings) -> MemoryRateLimiter:
    return MemoryRateLimiter()
