"""Entities as a cache keeps them, whatever the product."""

import asyncio
import hashlib
import json
import random
import secrets
import time
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar
from uuid import UUID

from pydantic import TypeAdapter, ValidationError

from app.kernel.errors import Unavailable
from app.kernel.ports import Entity
from app.platform.cache.port import Cache

# How the values begin that can be under a key.
ENTITY = b"entity:"
LEASE = b"lease:"
NOTHING = b"nothing"

JITTER = 0.1
LEASE_SECONDS = 5.0
WAIT_SECONDS = 1.0
POLL_SECONDS = 0.02
# For a moment only: the entity may be there the next time.
NOTHING_SECONDS = 1.0

EntityT = TypeVar("EntityT", bound=Entity)


class EntityCache(Generic[EntityT]):
    """The entries of one kind of entity; a cache that fails is as good as an empty one.

    Who misses an entry leaves a lease in its place, loads the entity, and puts it where the lease
    is. So one reader loads for all, in whichever process; and because a change takes away the
    lease as well, what was loaded before a change is never kept after it.
    """

    def __init__(self, cache: Cache, kind: str, entity: type[EntityT], ttl_seconds: float) -> None:
        self._cache = cache
        # JSON, and no pickle: who can write to the cache must not be able to run code.
        self._json = TypeAdapter(entity)
        # A release that changes the entity does not meet what the one before it has kept.
        self._prefix = f"{kind}:{_fingerprint(self._json)}"
        self._ttl_seconds = ttl_seconds
        self._loading: dict[UUID, asyncio.Task[tuple[EntityT | None, bool]]] = {}

    async def get(self, entity_id: UUID) -> EntityT | None:
        """The entity if it is kept; nothing is loaded."""
        return await self._look(entity_id)

    async def fill(
        self, entity_id: UUID, load: Callable[[], Awaitable[EntityT | None]]
    ) -> EntityT | None:
        """What `load` gives, which is then kept unless it is None.

        Callers that miss the same entity at the same time share one call of `load`.
        """
        if (loading := self._loading.get(entity_id)) is not None:
            entity, is_current = await asyncio.shield(loading)
            # What was loaded for somebody else may be older than this request.
            return entity if is_current else await load()
        loading = asyncio.create_task(self._load(entity_id, load))
        self._loading[entity_id] = loading
        loading.add_done_callback(lambda task: self._loaded(entity_id, task))
        # A caller that gives up must not take the entity away from the others.
        entity, _ = await asyncio.shield(loading)
        return entity

    async def forget(self, entity_id: UUID) -> None:
        """Drop the entry, and the right of whoever is loading it to keep what they load."""
        self._loading.pop(entity_id, None)
        await self._cache.delete(self._key(entity_id))

    async def _look(self, entity_id: UUID) -> EntityT | None:
        try:
            found = await self._cache.get(self._key(entity_id))
        except Unavailable:
            return None
        return None if found is None else self._decode(found)

    async def _load(
        self, entity_id: UUID, load: Callable[[], Awaitable[EntityT | None]]
    ) -> tuple[EntityT | None, bool]:
        """The entity, and whether no change came in between."""
        key = self._key(entity_id)
        lease = await self._lease(key)
        if lease is None:
            kept = await self._look(entity_id)
            return (kept, True) if kept is not None else (await load(), False)
        entity = None
        try:
            entity = await load()
        finally:
            is_current = await self._redeem(key, lease, entity)
        return entity, is_current

    def _loaded(self, entity_id: UUID, task: asyncio.Task[tuple[EntityT | None, bool]]) -> None:
        if self._loading.get(entity_id) is task:
            del self._loading[entity_id]
        if not task.cancelled():
            task.exception()  # an error is nobody's if all callers have given up

    async def _lease(self, key: str) -> bytes | None:
        """The right to fill a missing entry; None if another reader has filled it, or is slow."""
        lease = LEASE + secrets.token_hex(8).encode()
        give_up = time.monotonic() + WAIT_SECONDS
        try:
            while time.monotonic() < give_up:
                if await self._cache.add(key, lease, LEASE_SECONDS):
                    return lease
                found = await self._cache.get(key)
                if found is not None and not found.startswith(LEASE):
                    free = self._is_free(found)
                    mine = free and await self._cache.swap(key, found, lease, LEASE_SECONDS)
                    return lease if mine else None
                await asyncio.sleep(POLL_SECONDS)
        except Unavailable:
            pass
        return None

    async def _redeem(self, key: str, lease: bytes, entity: EntityT | None) -> bool:
        value = NOTHING if entity is None else self._encode(entity)
        seconds = NOTHING_SECONDS if value == NOTHING else self._ttl()
        try:
            return await self._cache.swap(key, lease, value, seconds)
        except Unavailable:
            return False

    def _is_free(self, found: bytes) -> bool:
        """Whether what is under a key, other than a lease, may make room for one."""
        return self._decode(found) is None

    def _key(self, entity_id: UUID) -> str:
        return f"{self._prefix}:{entity_id}"

    def _ttl(self) -> float:
        """EntityCache that were filled together must not end together."""
        return self._ttl_seconds * (1 - random.uniform(0, JITTER))  # noqa: S311 (no secret)

    def _encode(self, entity: EntityT) -> bytes:
        value = ENTITY + self._json.dump_json(entity, warnings=False)
        # What JSON cannot say, such as a float that is no number, is not kept.
        return value if self._decode(value) == entity else NOTHING

    def _decode(self, value: bytes) -> EntityT | None:
        if not value.startswith(ENTITY):
            return None
        try:
            return self._json.validate_json(value.removeprefix(ENTITY))
        except ValidationError:
            return None


def _fingerprint(entity: TypeAdapter[EntityT]) -> str:
    shape = json.dumps(entity.json_schema(), sort_keys=True)
    return hashlib.sha256(shape.encode()).hexdigest()[:8]
