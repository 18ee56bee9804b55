"""The cache that the tests use: one that two processes would share, if they could."""

from app.platform.cache.memory import MemoryCache


def two_clients() -> tuple[MemoryCache, MemoryCache]:
    cache = MemoryCache()
    return cache, cache
