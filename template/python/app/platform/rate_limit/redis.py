"""Rate limiter on a Redis server, shared by all processes of the service."""

from app.kernel.errors import Unavailable
from app.platform.cache import KEY_PREFIX
from app.platform.outage import CircuitBreaker
from app.platform.rate_limit.limiter import Rate, Usage
from app.platform.rate_limit.memory import MemoryRateLimiter
from app.platform.rate_limit.settings import RateLimitSettings
from app.platform.redis import RedisServer

# The server runs a script as one step, by its own clock: the clocks of replicas may differ.
# Times are in microseconds; the oldest stands last in the list.
HIT = """
local limit, window = tonumber(ARGV[1]), tonumber(ARGV[2])
local time = redis.call("TIME")
local now = time[1] * 1000000 + time[2]
local oldest = redis.call("LINDEX", KEYS[1], -1)
while oldest and tonumber(oldest) <= now - window do
    redis.call("RPOP", KEYS[1])
    oldest = redis.call("LINDEX", KEYS[1], -1)
end
local used = redis.call("LLEN", KEYS[1])
local allowed = used < limit
if allowed then
    used = redis.call("LPUSH", KEYS[1], string.format("%.0f", now))
    redis.call("PEXPIRE", KEYS[1], math.ceil(window / 1000))
end
return {allowed and 1 or 0, limit - used, (tonumber(oldest) or now) + window - now}
"""


class RedisRateLimiter:
    """Counts on the server of `redis://user:password@host:port/database`.

    While the server is away, this process counts in its own memory. It does so all the time, so
    that an outage gives no client a fresh window.
    """

    def __init__(self, url: str, prefix: str) -> None:
        self._server = RedisServer(url)
        self._script = self._server.script(HIT)
        self._prefix = prefix
        self._breaker = CircuitBreaker("shared rate limits", self._server.ping)
        self._own = MemoryRateLimiter()

    async def hit(self, key: str, rate: Rate) -> Usage:
        try:
            usage = await self._breaker.call(self._hit, key, rate)
        except Unavailable:
            return await self._own.hit(key, rate)
        if usage.allowed:
            await self._own.hit(key, rate)
        return usage

    async def close(self) -> None:
        self._breaker.close()
        await self._server.close()

    async def _hit(self, key: str, rate: Rate) -> Usage:
        async with self._server.commands():
            allowed, remaining, microseconds = await self._script(
                keys=[f"{self._prefix}:rate:{key}"],
                args=[rate.requests, rate.seconds * 1_000_000],
            )
        return Usage(bool(allowed), remaining, microseconds / 1_000_000)


def create_rate_limiter(settings: RateLimitSettings) -> RedisRateLimiter:
    return RedisRateLimiter(settings.cache_url, KEY_PREFIX)
