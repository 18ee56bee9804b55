"""Requests counted on a Redis server, for all processes of the service together."""

import asyncio
import time

import structlog
from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from app.platform.rate_limit.limiter import Rate, RateLimiter, Usage

MAX_CONNECTIONS = 20
TIMEOUT_SECONDS = 0.5
RETRY_SECONDS = 2.0
# Redis runs a script as one step, by its own clock: replicas need not agree on the time.
# In microseconds; the oldest time stands last.
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

log = structlog.get_logger()


class RedisRateLimiter:
    """Counts on the server of `redis://user:password@host:port/database`.

    While that is away, requests are counted in this process `alone`: nobody is refused for it,
    and only one request every `RETRY_SECONDS` waits to see whether the server is back.
    """

    def __init__(self, url: str, prefix: str, alone: RateLimiter) -> None:
        pool = BlockingConnectionPool.from_url(
            url,
            max_connections=MAX_CONNECTIONS,
            # A connection may have died while nobody used it: once more, then give up.
            retry=Retry(NoBackoff(), 1),
        )
        self._redis = Redis.from_pool(pool)
        self._hit = self._redis.register_script(HIT)
        self._prefix = prefix
        self._alone = alone
        self._away = False
        self._ask_again = 0.0

    async def hit(self, key: str, rate: Rate) -> Usage:
        if self._away:
            now = time.monotonic()
            if now < self._ask_again:
                return await self._alone.hit(key, rate)
            self._ask_again = now + RETRY_SECONDS
        try:
            async with asyncio.timeout(TIMEOUT_SECONDS):
                allowed, remaining, microseconds = await self._hit(
                    keys=[f"{self._prefix}:rate:{key}"],
                    args=[rate.requests, rate.seconds * 1_000_000],
                )
        except (RedisError, OSError, TimeoutError) as error:
            self._lose(error)
            return await self._alone.hit(key, rate)
        if self._away:
            self._away = False
            log.info("requests are counted together again")
        return Usage(bool(allowed), remaining, microseconds / 1_000_000)

    async def close(self) -> None:
        await self._redis.aclose()

    def _lose(self, error: Exception) -> None:
        self._ask_again = time.monotonic() + RETRY_SECONDS
        if not self._away:
            self._away = True
            log.warning("requests are counted in each process alone", cause=repr(error))
