"""Counts on a Redis server, by way of redis-py; all processes of the service share them."""

import asyncio
import secrets
import time

import structlog
from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from app.platform.rate_limits.memory import MemoryWindows
from app.platform.rate_limits.port import Limit, Verdict

MAX_CONNECTIONS = 20
TIMEOUT_SECONDS = 1.0
RETRY_SECONDS = 2.0
# Redis runs a script as one step, and the clock is its own: replicas need not agree on the time.
HIT = """
local time = redis.call("TIME")
local now = time[1] * 1000000 + time[2]
local most, period = tonumber(ARGV[1]), tonumber(ARGV[2]) * 1000000
redis.call("ZREMRANGEBYSCORE", KEYS[1], "-inf", now - period)
local counted = redis.call("ZCARD", KEYS[1])
local allowed = 0
if counted < most then
  redis.call("ZADD", KEYS[1], now, ARGV[3])
  redis.call("PEXPIRE", KEYS[1], period / 1000)
  allowed = 1
  counted = counted + 1
end
local oldest = redis.call("ZRANGE", KEYS[1], 0, 0, "WITHSCORES")
return {allowed, most - counted, oldest[2] + period - now}
"""

log = structlog.get_logger()


class RedisWindows:
    """Counts under keys that begin with `prefix`.

    While the server is away each process counts for itself. Nobody waits for the server then,
    but one request every two seconds, which finds out whether it is back.
    """

    def __init__(self, url: str, prefix: str) -> None:
        pool = BlockingConnectionPool.from_url(
            url,
            max_connections=MAX_CONNECTIONS,
            # A connection may have died while nobody used it: once more, then give up.
            retry=Retry(NoBackoff(), 1),
        )
        self._redis = Redis.from_pool(pool)
        self._hit = self._redis.register_script(HIT)
        self._prefix = prefix
        self._meanwhile = MemoryWindows()
        self._away = False
        self._ask_again_at = 0.0

    async def hit(self, key: str, limit: Limit) -> Verdict:
        if self._away:
            if time.monotonic() < self._ask_again_at:
                return await self._meanwhile.hit(key, limit)
            self._ask_again_at = time.monotonic() + RETRY_SECONDS
        try:
            async with asyncio.timeout(TIMEOUT_SECONDS):
                allowed, remaining, microseconds = await self._hit(
                    keys=[f"{self._prefix}:{key}"],
                    args=[limit.requests, limit.seconds, secrets.token_bytes(8)],
                )
        except (RedisError, OSError, TimeoutError) as error:
            await self._lose(error)
            return await self._meanwhile.hit(key, limit)
        if self._away:
            self._away = False
            log.info("rate limit shared again")
        return Verdict(bool(allowed), remaining, microseconds / 1_000_000)

    async def close(self) -> None:
        await self._redis.aclose()

    async def _lose(self, error: Exception) -> None:
        self._ask_again_at = time.monotonic() + RETRY_SECONDS
        if not self._away:
            self._away = True
            await self._meanwhile.close()
            log.warning("rate limit not shared", detail="Redis is away.", cause=repr(error))
