"""Entity cache: entities of one type, encoded for any cache."""

import asyncio
import hashlib
import json
import random
import secrets
import time
from collections.abc import Awaitable, Callable
from typing import Generic
from uuid import UUID

from pydantic import TypeAdapter, ValidationError

from app.kernel.errors import Unavailable
from app.kernel.ports import EntityT
from app.platform.cache.port import Cache

# First bytes of the values under a key.
ENTITY = b"entity:"
LEASE = b"lease:"
NOTHING = b"nothing"

JITTER = 0.1
LEASE_SECONDS = 5.0
WAIT_SECONDS = 1.0
POLL_SECONDS = 0.02
# Short, because the entity may exist a moment later.
NOTHING_SECONDS = 1.0


class EntityCache(Generic[EntityT]):
    """Entries of one type of entity; a cache that fails counts as empty.

    A reader that misses an entry stores a lease in its place, loads the entity, and swaps the lease
    for it. So one reader loads for all processes (no cache stampede). A change removes the lease as
    well: an entity that was loaded before a change is not stored after it.
    """

    def __init__(
        self,
        cache: Cache,
        name: str,
        entity: type[EntityT],
        ttl_seconds: float,
        *,
        load: Callable[[UUID], Awaitable[EntityT | None]],
    ) -> None:
        self._cache = cache
        # JSON instead of pickle: write access to the cache must not lead to code execution.
        self._json = TypeAdapter(entity)
        # Releases with different fields use different keys.
        self._prefix = f"{name}:{_fingerprint(self._json)}"
        self._ttl_seconds = ttl_seconds
        self._load_entity = load
        self._loading: dict[UUID, asyncio.Task[tuple[EntityT | None, bool]]] = {}

    async def get(self, entity_id: UUID) -> EntityT | None:
        """Return the entity if it is in the cache; load nothing."""
        return await self._look_up(entity_id)

    async def fill(self, entity_id: UUID) -> EntityT | None:
        """Load the entity and store it, unless there is none.

        Concurrent calls for one entity share one load.
        """
        if (loading := self._loading.get(entity_id)) is not None:
            entity, is_current = await asyncio.shield(loading)
            # The shared load may have begun before a change that this caller must see.
            return entity if is_current else await self._load_entity(entity_id)
        loading = asyncio.create_task(self._load(entity_id))
        self._loading[entity_id] = loading
        loading.add_done_callback(lambda task: self._loaded(entity_id, task))
        # A cancelled caller must not cancel the load of the others.
        entity, _ = await asyncio.shield(loading)
        return entity

    async def forget(self, entity_id: UUID) -> None:
        """Delete the entry, or the lease of a load in progress."""
        self._loading.pop(entity_id, None)
        await self._cache.delete(self._key(entity_id))

    async def added(self, entity: EntityT) -> None:
        """Take note of a new entity: nothing to do, as the first read fills the entry."""

    async def replaced(self, entity: EntityT) -> None:
        """Take note of the next version of an entity."""
        await self.forget(entity.id)

    async def outdated(self, entity_id: UUID) -> None:
        """Take note of an entity that was removed, or changed to a version not known here."""
        await self.forget(entity_id)

    async def _look_up(self, entity_id: UUID) -> EntityT | None:
        try:
            value = await self._cache.get(self._key(entity_id))
        except Unavailable:
            return None
        return None if value is None else self._decode(value)

    async def _load(self, entity_id: UUID) -> tuple[EntityT | None, bool]:
        """Return the entity, and whether no change happened during the load."""
        key = self._key(entity_id)
        lease = await self._lease(key)
        if lease is None:
            found = await self._look_up(entity_id)
            if found is not None:
                return found, True
            return await self._load_entity(entity_id), False
        entity = None
        try:
            entity = await self._load_entity(entity_id)
        finally:
            is_current = await self._redeem(key, lease, entity)
        return entity, is_current

    def _loaded(self, entity_id: UUID, task: asyncio.Task[tuple[EntityT | None, bool]]) -> None:
        if self._loading.get(entity_id) is task:
            del self._loading[entity_id]
        if not task.cancelled():
            task.exception()  # retrieved: all callers may be cancelled, and none reads it then

    async def _lease(self, key: str) -> bytes | None:
        """Return a lease on a missing entry; None if another reader fills it or is too slow."""
        lease = LEASE + secrets.token_hex(8).encode()
        give_up = time.monotonic() + WAIT_SECONDS
        try:
            while time.monotonic() < give_up:
                if await self._cache.add(key, lease, LEASE_SECONDS):
                    return lease
                found = await self._cache.get(key)
                if found is not None and not found.startswith(LEASE):
                    replaced = self._is_replaceable(found) and await self._cache.swap(
                        key, found, lease, LEASE_SECONDS
                    )
                    return lease if replaced else None
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

    def _is_replaceable(self, found: bytes) -> bool:
        """Return whether a lease may replace a value that is no lease."""
        return self._decode(found) is None

    def _key(self, entity_id: UUID) -> str:
        return f"{self._prefix}:{entity_id}"

    def _ttl(self) -> float:
        """Return a time to live with jitter: entries stored together must not expire together."""
        return self._ttl_seconds * (1 - random.uniform(0, JITTER))  # noqa: S311 (no secret)

    def _encode(self, entity: EntityT) -> bytes:
        value = ENTITY + self._json.dump_json(entity, warnings=False)
        # JSON cannot represent every value, such as a float that is NaN.
        return value if self._decode(value) == entity else NOTHING

    def _decode(self, value: bytes) -> EntityT | None:
        if not value.startswith(ENTITY):
            return None
        try:
            return self._json.validate_json(value.removeprefix(ENTITY))
        except ValidationError:
            return None


def _fingerprint(entity: TypeAdapter[EntityT]) -> str:
    schema = json.dumps(entity.json_schema(), sort_keys=True)
    return hashlib.sha256(schema.encode()).hexdigest()[:8]
