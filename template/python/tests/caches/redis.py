"""Cache of the tests, on the server of `APP_TEST_CACHE_URL`."""

import os

from app.platform.cache.redis import RedisCache

URL = os.environ.get("APP_TEST_CACHE_URL", "redis://localhost:6379/0")


def two_clients() -> tuple[RedisCache, RedisCache]:
    return RedisCache(URL), RedisCache(URL)
