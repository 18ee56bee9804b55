"""Facts about the cache."""

from __future__ import annotations

from typing import Any

from ..naming import pascal
from .imports import platform_imports

# Where it finds its cache unless told otherwise, and the beginnings of such URLs, as Python.
CACHE_SERVERS = {
    "redis": ("redis://localhost:6379/0", '("redis://", "rediss://")'),
    "memcached": ("memcached://localhost:11211", '"memcached://"'),
}
# The classes that make each strategy, with their modules in `app.platform.cache`.
CACHE_ENTRIES = {
    "cache-aside": ("entity_cache", "EntityCache"),
    "read-through": ("loading", "LoadingEntityCache"),
    "write-through": ("versioned", "VersionedEntityCache"),
}


def cache_facts(cache: str, strategy: str | None) -> dict[str, Any]:
    """Return how the cache is plugged in; there is no strategy without a cache."""
    url, schemes = CACHE_SERVERS.get(cache, ("", ""))
    if cache == "none" or strategy is None:
        return {"cache_imports": [], "cache_url": url}
    adapter = f"{pascal(cache)}Cache"
    module = strategy.replace("-", "_")
    repository = f"{pascal(module)}Repository"
    of_strategy = [CACHE_ENTRIES[strategy], (module, repository)]
    of_cache = [(cache, adapter)]
    if url:
        of_cache.append(("circuit_breaker", "CircuitBreaker"))
        call = f"CircuitBreaker({adapter}(settings.cache_url), settings.cache_ttl_seconds)"
    else:
        call = f"{adapter}()"
    return {
        "cache_adapter": call,
        "cache_entries": CACHE_ENTRIES[strategy][1],
        "cache_imports": platform_imports("cache", [*of_cache, *of_strategy]),
        "cache_repository": repository,
        "cache_schemes": schemes,
        "cache_test_imports": platform_imports("cache", [*of_strategy, ("port", "Cache")]),
        "cache_url": url,
    }
