"""A cache in the memory of this process."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from cachetools import TTLCache

MAX_ENTRIES = 10_000


class MemoryCache:
    """Keeps values for `ttl_seconds`, the most recently used first; 0 keeps nothing.

    Other processes do not see what is deleted here, so a stale value can live there for as long.
    """

    def __init__(self, ttl_seconds: float) -> None:
        self._ttl = ttl_seconds
        self._values: TTLCache[str, Any] = TTLCache(MAX_ENTRIES, ttl_seconds)
        self._loading: dict[str, asyncio.Task[Any]] = {}

    async def get_or_load(self, key: str, load: Callable[[], Awaitable[Any]]) -> Any:
        if not self._ttl:
            return await load()
        if (value := self._values.get(key)) is not None:
            return value
        if (task := self._loading.get(key)) is None:
            task = asyncio.ensure_future(self._load(key, load))
            self._loading[key] = task
        # A caller that gives up must not take the value away from the others.
        return await asyncio.shield(task)

    async def _load(self, key: str, load: Callable[[], Awaitable[Any]]) -> Any:
        task = asyncio.current_task()
        try:
            value = await load()
            # `delete` may have come while the value was on its way: then it is out of date.
            if value is not None and self._loading.get(key) is task:
                self._values[key] = value
            return value
        finally:
            if self._loading.get(key) is task:
                del self._loading[key]

    async def delete(self, key: str) -> None:
        self._values.pop(key, None)
        self._loading.pop(key, None)

    async def ping(self) -> None:
        return None
