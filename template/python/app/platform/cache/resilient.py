"""A cache server that is away makes the service slower; it causes no error."""

import time

from app.kernel.errors import Unavailable
from app.platform.cache.port import Cache
from app.platform.outage import CircuitBreaker

MAX_PENDING_DELETIONS = 10_000


class ResilientCache:
    """Cache on a server that may be away; every call then raises `Unavailable` at once.

    Deletions that fail are made up for before the cache is used again, so that no value is read
    that this process knows to be out of date.
    """

    def __init__(self, cache: Cache, ttl_seconds: float) -> None:
        self._cache = cache
        self._ttl_seconds = ttl_seconds
        self._breaker = CircuitBreaker("cache", self._recover)
        self._pending_deletions: set[str] = set()
        self._not_before = 0.0

    async def get(self, key: str) -> bytes | None:
        return await self._breaker.call(self._cache.get, key)

    async def set(self, key: str, value: bytes, seconds: float) -> None:
        await self._breaker.call(self._cache.set, key, value, seconds)

    async def add(self, key: str, value: bytes, seconds: float) -> bool:
        return await self._breaker.call(self._cache.add, key, value, seconds)

    async def swap(self, key: str, old: bytes, new: bytes, seconds: float) -> bool:
        return await self._breaker.call(self._cache.swap, key, old, new, seconds)

    async def delete(self, key: str) -> None:
        """Delete the value now, or before any value is read again; this never fails."""
        try:
            await self._breaker.call(self._cache.delete, key)
        except Unavailable:
            self._delete_later(key)

    async def ping(self) -> None:
        await self._breaker.call(self._cache.ping)

    async def close(self) -> None:
        self._breaker.close()
        await self._cache.close()

    def _delete_later(self, key: str) -> None:
        self._pending_deletions.add(key)
        if len(self._pending_deletions) > MAX_PENDING_DELETIONS:
            # More than can be remembered: avoid the cache until all its values have expired.
            self._pending_deletions.clear()
            self._not_before = time.monotonic() + self._ttl_seconds + 1

    async def _recover(self) -> None:
        if time.monotonic() < self._not_before:
            raise Unavailable("Values that are out of date have not expired yet.")
        await self._cache.ping()
        while self._pending_deletions:
            key = self._pending_deletions.pop()
            try:
                await self._cache.delete(key)
            except Unavailable:
                self._delete_later(key)
                raise
