"""Cache in the memory of this process; other processes have their own."""

from typing import NamedTuple

from cachetools import TLRUCache

from app.platform.cache.port import Cache
from app.platform.cache.settings import CacheSettings

MAX_ENTRIES = 10_000


class _Item(NamedTuple):
    value: bytes
    seconds: float


def _expiry(_: str, item: _Item, now: float) -> float:
    return now + item.seconds


class MemoryCache:
    """Up to `MAX_ENTRIES` values; the least recently used is evicted.

    No method awaits, so each is one step.
    """

    def __init__(self) -> None:
        self._items: TLRUCache[str, _Item, float] = TLRUCache(MAX_ENTRIES, _expiry)

    async def get(self, key: str) -> bytes | None:
        item = self._items.get(key)
        return None if item is None else item.value

    async def set(self, key: str, value: bytes, seconds: float) -> None:
        self._items[key] = _Item(value, seconds)

    async def add(self, key: str, value: bytes, seconds: float) -> bool:
        if key in self._items:
            return False
        self._items[key] = _Item(value, seconds)
        return True

    async def swap(self, key: str, old: bytes, new: bytes, seconds: float) -> bool:
        item = self._items.get(key)
        if item is None or item.value != old:
            return False
        self._items[key] = _Item(new, seconds)
        return True

    async def delete(self, key: str) -> None:
        self._items.pop(key, None)

    async def ping(self) -> None:
        return None

    async def close(self) -> None:
        self._items.clear()


def create_cache(_: CacheSettings) -> Cache:
    return MemoryCache()
