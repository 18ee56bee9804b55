"""Cache on a Redis server, shared by all processes of the service."""

from app.platform.cache.port import Cache
from app.platform.cache.resilient import ResilientCache
from app.platform.cache.settings import CacheSettings
from app.platform.redis import RedisServer

SWAP = """
if redis.call("GET", KEYS[1]) ~= ARGV[1] then return 0 end
redis.call("SET", KEYS[1], ARGV[2], "PX", ARGV[3])
return 1
"""


class RedisCache:
    """Values on the server of `redis://user:password@host:port/database`."""

    def __init__(self, url: str) -> None:
        self._server = RedisServer(url)
        self._swap = self._server.script(SWAP)
        self.ping = self._server.ping
        self.close = self._server.close

    async def get(self, key: str) -> bytes | None:
        async with self._server.commands() as redis:
            value = await redis.get(key)
        return value if isinstance(value, bytes) else None

    async def set(self, key: str, value: bytes, seconds: float) -> None:
        async with self._server.commands() as redis:
            await redis.set(key, value, px=_milliseconds(seconds))

    async def add(self, key: str, value: bytes, seconds: float) -> bool:
        async with self._server.commands() as redis:
            return bool(await redis.set(key, value, px=_milliseconds(seconds), nx=True))

    async def swap(self, key: str, old: bytes, new: bytes, seconds: float) -> bool:
        async with self._server.commands():
            return bool(await self._swap(keys=[key], args=[old, new, _milliseconds(seconds)]))

    async def delete(self, key: str) -> None:
        async with self._server.commands() as redis:
            await redis.delete(key)


def _milliseconds(seconds: float) -> int:
    return max(1, round(seconds * 1000))


def create_cache(settings: CacheSettings) -> Cache:
    return ResilientCache(RedisCache(settings.cache_url), settings.cache_ttl_seconds)
