"""Cache of the tests: two clients share one memory, as two processes cannot."""

from app.platform.cache.memory import MemoryCache


def two_clients() -> tuple[MemoryCache, MemoryCache]:
    cache = MemoryCache()
    return cache, cache
