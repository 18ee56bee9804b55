"""Facts about the cache."""

from __future__ import annotations

# The server of each cache unless the settings name another; caches without a server are left out.
CACHE_URLS = {
    "redis": "redis://localhost:6379/0",
    "memcached": "memcached://localhost:11211",
}


def cache_facts(cache: str) -> dict[str, str]:
    """Return the default URL of the cache server, or "" without a server."""
    return {"cache_url": CACHE_URLS.get(cache, "")}
