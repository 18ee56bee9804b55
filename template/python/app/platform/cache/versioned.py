"""EntityCache that take what was written; of two versions, the newer one stays."""

from typing import TypeVar
from uuid import UUID

from app.kernel.errors import Unavailable
from app.kernel.ports import Entity
from app.platform.cache.entity_cache import LEASE_SECONDS
from app.platform.cache.loading import LoadingEntityCache

TOMBSTONE = b"tombstone"
# Longer than any writer takes from its commit to the cache.
TOMBSTONE_SECONDS = 2 * LEASE_SECONDS
ATTEMPTS = 5

EntityT = TypeVar("EntityT", bound=Entity)


class VersionedEntityCache(LoadingEntityCache[EntityT]):
    """Writers come in any order: one that was slow must not bring back what is out of date."""

    async def put(self, entity: EntityT) -> None:
        """Keep `entity` unless a newer version is there, or a tombstone."""
        self._loading.pop(entity.id, None)
        try:
            for _ in range(ATTEMPTS):
                if await self._try_to_put(entity):
                    return
        except Unavailable:
            pass
        await self.forget(entity.id)

    async def block(self, entity_id: UUID) -> None:
        """Leave a tombstone: for a moment nobody keeps anything there.

        That is for what was removed, and for what has changed to a version that nobody here knows.
        """
        self._loading.pop(entity_id, None)
        try:
            await self._cache.set(self._key(entity_id), TOMBSTONE, TOMBSTONE_SECONDS)
        except Unavailable:
            await self.forget(entity_id)

    async def _try_to_put(self, entity: EntityT) -> bool:
        """Whether the entry is now as new as `entity`; False if somebody else was quicker."""
        key, value = self._key(entity.id), self._encode(entity)
        found = await self._cache.get(key)
        if found is None:
            return await self._cache.add(key, value, self._ttl())
        if found == TOMBSTONE:
            return True
        kept = self._decode(found)
        if kept is not None and kept.version >= entity.version:
            return True
        return await self._cache.swap(key, found, value, self._ttl())

    def _is_free(self, found: bytes) -> bool:
        return found != TOMBSTONE and super()._is_free(found)
