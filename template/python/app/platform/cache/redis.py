"""A cache on a Redis server, by way of redis-py; all processes of the service share it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from app.kernel.errors import Unavailable

MAX_CONNECTIONS = 20
# A cache that takes longer than this is slower than the database.
TIMEOUT_SECONDS = 0.5
# Redis runs a script as one step.
SWAP = """
if redis.call("GET", KEYS[1]) ~= ARGV[1] then return 0 end
redis.call("SET", KEYS[1], ARGV[2], "PX", ARGV[3])
return 1
"""


class RedisCache:
    """Values on the server of `redis://user:password@host:port/database`."""

    def __init__(self, url: str) -> None:
        pool = BlockingConnectionPool.from_url(
            url,
            max_connections=MAX_CONNECTIONS,
            # A connection may have died while nobody used it: once more, then give up.
            retry=Retry(NoBackoff(), 1),
        )
        self._redis = Redis.from_pool(pool)
        self._swap = self._redis.register_script(SWAP)

    async def get(self, key: str) -> bytes | None:
        async with _in_time():
            value = await self._redis.get(key)
        return value if isinstance(value, bytes) else None

    async def set(self, key: str, value: bytes, seconds: float) -> None:
        async with _in_time():
            await self._redis.set(key, value, px=_milliseconds(seconds))

    async def add(self, key: str, value: bytes, seconds: float) -> bool:
        async with _in_time():
            return bool(await self._redis.set(key, value, px=_milliseconds(seconds), nx=True))

    async def swap(self, key: str, old: bytes, new: bytes, seconds: float) -> bool:
        async with _in_time():
            return bool(await self._swap(keys=[key], args=[old, new, _milliseconds(seconds)]))

    async def delete(self, key: str) -> None:
        async with _in_time():
            await self._redis.delete(key)

    async def ping(self) -> None:
        async with _in_time():
            await self._redis.ping()

    async def close(self) -> None:
        await self._redis.aclose()


@asynccontextmanager
async def _in_time() -> AsyncIterator[None]:
    """The driver's errors and its patience, in the application's words."""
    try:
        async with asyncio.timeout(TIMEOUT_SECONDS):
            yield
    except (RedisError, OSError, TimeoutError) as error:
        raise Unavailable("The cache does not answer.") from error


def _milliseconds(seconds: float) -> int:
    return max(1, round(seconds * 1000))
