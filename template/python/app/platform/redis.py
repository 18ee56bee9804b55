"""Connections to a Redis server, by way of redis-py."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.commands.core import AsyncScript
from redis.exceptions import RedisError

from app.kernel.errors import Unavailable

MAX_CONNECTIONS = 20
# The database answers faster than a Redis server that takes longer than this.
TIMEOUT_SECONDS = 0.5


class RedisServer:
    """Server of `redis://user:password@host:port/database`, with a pool of connections."""

    def __init__(self, url: str) -> None:
        pool = BlockingConnectionPool.from_url(
            url,
            max_connections=MAX_CONNECTIONS,
            # An idle connection may have died: try once more, then give up.
            retry=Retry(NoBackoff(), 1),
        )
        self._redis = Redis.from_pool(pool)

    @asynccontextmanager
    async def commands(self) -> AsyncIterator[Redis]:
        """Limit the time of the commands inside; raise `Unavailable` for the driver's errors."""
        try:
            async with asyncio.timeout(TIMEOUT_SECONDS):
                yield self._redis
        except (RedisError, OSError, TimeoutError) as error:
            raise Unavailable("The Redis server does not answer.") from error

    def script(self, text: str) -> AsyncScript:
        """Return a Lua script, which the server runs as one step."""
        return self._redis.register_script(text)

    async def ping(self) -> None:
        async with self.commands() as redis:
            await redis.ping()

    async def close(self) -> None:
        await self._redis.aclose()
