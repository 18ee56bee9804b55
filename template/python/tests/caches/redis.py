"""The cache that the tests use, on the server that `APP_TEST_CACHE_URL` names."""

import os

from app.platform.cache.redis import RedisCache

URL = os.environ.get("APP_TEST_CACHE_URL", "redis://localhost:6379/0")


def two_clients() -> tuple[RedisCache, RedisCache]:
    return RedisCache(URL), RedisCache(URL)
