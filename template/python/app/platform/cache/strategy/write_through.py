"""Write-through: a write stores the entity in the cache as well."""

from uuid import UUID

from app.kernel.errors import Unavailable
from app.kernel.ports import EntityT
from app.platform.cache.entity_cache import LEASE_SECONDS
from app.platform.cache.strategy.read_through import ReadThrough

TOMBSTONE = b"tombstone"
# Longer than a writer takes from its commit to the cache.
TOMBSTONE_SECONDS = 2 * LEASE_SECONDS
ATTEMPTS = 5


class WriteThrough(ReadThrough[EntityT]):
    """Entity cache that stores each write; the newest version wins, as writers may overtake."""

    async def added(self, entity: EntityT) -> None:
        await self.put(entity)

    async def replaced(self, entity: EntityT) -> None:
        await self.put(entity)

    async def outdated(self, entity_id: UUID) -> None:
        """Leave a tombstone: for a while, neither readers nor writers store an entity there."""
        self._loading.pop(entity_id, None)
        try:
            await self._cache.set(self._key(entity_id), TOMBSTONE, TOMBSTONE_SECONDS)
        except Unavailable:
            await self.forget(entity_id)

    async def put(self, entity: EntityT) -> None:
        """Store `entity`, unless the entry is a newer version or a tombstone."""
        self._loading.pop(entity.id, None)
        try:
            for _ in range(ATTEMPTS):
                if await self._try_to_put(entity):
                    return
        except Unavailable:
            pass
        await self.forget(entity.id)

    async def _try_to_put(self, entity: EntityT) -> bool:
        """Return whether the entry is as new as `entity`; False if another writer was faster."""
        key, value = self._key(entity.id), self._encode(entity)
        found = await self._cache.get(key)
        if found is None:
            return await self._cache.add(key, value, self._ttl())
        if found == TOMBSTONE:
            return True
        stored = self._decode(found)
        if stored is not None and stored.version >= entity.version:
            return True
        return await self._cache.swap(key, found, value, self._ttl())

    def _is_replaceable(self, found: bytes) -> bool:
        return found != TOMBSTONE and super()._is_replaceable(found)
