"""A cache that is away costs speed, not errors."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextvars import Context
from typing import ParamSpec, TypeVar

import structlog

from app.kernel.errors import Unavailable
from app.platform.cache.port import Cache

RETRY_SECONDS = 2.0
MAX_MISSED = 10_000

Given = ParamSpec("Given")
Answer = TypeVar("Answer")

log = structlog.get_logger()


class CircuitBreaker:
    """A cache in front of another that may be away.

    After one failure nobody waits for it any more: every call fails at once until, in the
    background, it has answered again. What could not be deleted meanwhile is deleted first, so
    that nothing is read that this process knows to be out of date.
    """

    def __init__(
        self, cache: Cache, ttl_seconds: float, retry_seconds: float = RETRY_SECONDS
    ) -> None:
        self._cache = cache
        self._ttl_seconds = ttl_seconds
        self._retry_seconds = retry_seconds
        self._recovery: asyncio.Task[None] | None = None
        self._missed: set[str] = set()
        self._not_before = 0.0

    async def get(self, key: str) -> bytes | None:
        return await self._ask(self._cache.get, key)

    async def set(self, key: str, value: bytes, seconds: float) -> None:
        await self._ask(self._cache.set, key, value, seconds)

    async def add(self, key: str, value: bytes, seconds: float) -> bool:
        return await self._ask(self._cache.add, key, value, seconds)

    async def swap(self, key: str, old: bytes, new: bytes, seconds: float) -> bool:
        return await self._ask(self._cache.swap, key, old, new, seconds)

    async def delete(self, key: str) -> None:
        """Forget `key` now, or before anything is read again; this never fails."""
        try:
            await self._ask(self._cache.delete, key)
        except Unavailable:
            self._miss(key)

    async def ping(self) -> None:
        await self._ask(self._cache.ping)

    async def close(self) -> None:
        if self._recovery is not None:
            self._recovery.cancel()
        await self._cache.close()

    async def _ask(
        self,
        operation: Callable[Given, Awaitable[Answer]],
        *args: Given.args,
        **kwargs: Given.kwargs,
    ) -> Answer:
        if self._recovery is not None:
            raise Unavailable("The cache did not answer a moment ago.")
        try:
            return await operation(*args, **kwargs)
        except Unavailable as error:
            self._open(error)
            raise

    def _open(self, error: Unavailable) -> None:
        if self._recovery is None:
            log.warning("cache unavailable", detail=str(error), cause=repr(error.__cause__))
            # In no context: this belongs to no request.
            self._recovery = asyncio.create_task(self._recover(), context=Context())

    def _miss(self, key: str) -> None:
        self._missed.add(key)
        if len(self._missed) > MAX_MISSED:
            # More than can be remembered: wait until all that is kept now has come to its end.
            self._missed.clear()
            self._not_before = time.monotonic() + self._ttl_seconds + 1

    async def _recover(self) -> None:
        while True:
            await asyncio.sleep(self._retry_seconds)
            if time.monotonic() < self._not_before:
                continue
            try:
                await self._cache.ping()
                while self._missed:
                    await self._catch_up(self._missed.pop())
            except Unavailable:
                continue
            break
        self._recovery = None
        log.info("cache available")

    async def _catch_up(self, key: str) -> None:
        try:
            await self._cache.delete(key)
        except Unavailable:
            self._miss(key)
            raise
