"""Counts in the memory of this process: several processes allow the limit each."""

import time
from collections import OrderedDict, deque
from collections.abc import Callable

from app.platform.rate_limits.port import Limit, Verdict

# Who comes from ever new addresses must not fill the memory: beyond this, those who have
# not asked for the longest time are forgotten.
MAX_KEYS = 20_000
MAX_TIMES = 1_000_000


class MemoryWindows:
    """The time of each request that a limit still counts."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._times: OrderedDict[str, deque[float]] = OrderedDict()
        self._total = 0

    async def hit(self, key: str, limit: Limit) -> Verdict:
        now = self._clock()
        times = self._times.setdefault(key, deque())
        self._times.move_to_end(key)
        while times and times[0] <= now - limit.seconds:
            times.popleft()
            self._total -= 1
        allowed = len(times) < limit.requests
        if allowed:
            times.append(now)
            self._total += 1
            self._make_room()
        return Verdict(allowed, limit.requests - len(times), times[0] + limit.seconds - now)

    async def close(self) -> None:
        self._times.clear()
        self._total = 0

    def _make_room(self) -> None:
        while len(self._times) > 1 and (len(self._times) > MAX_KEYS or self._total > MAX_TIMES):
            _, forgotten = self._times.popitem(last=False)
            self._total -= len(forgotten)
