"""Cache of the tests, on the server of `APP_TEST_CACHE_URL`."""

import os

from app.platform.cache.memcached import MemcachedCache

URL = os.environ.get("APP_TEST_CACHE_URL", "memcached://localhost:11211")


def two_clients() -> tuple[MemcachedCache, MemcachedCache]:
    return MemcachedCache(URL), MemcachedCache(URL)
