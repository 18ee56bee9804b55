"""Write-through: what is written is kept in the cache as well, before the caller is answered."""

from collections.abc import Sequence
from datetime import datetime
from typing import Generic, TypeVar
from uuid import UUID

from app.kernel.paging import Page
from app.kernel.ports import Entity, Repository
from app.platform.cache.versioned import VersionedEntityCache
from app.platform.persistence import Store

EntityT = TypeVar("EntityT", bound=Entity)


class WriteThroughRepository(Generic[EntityT]):
    """Reads from the cache, and writes to the database and then to the cache."""

    def __init__(
        self,
        repository: Repository[EntityT],
        entries: VersionedEntityCache[EntityT],
        store: Store,
    ) -> None:
        self._repository = repository
        self._entries = entries
        self._store = store

    async def add(self, entity: EntityT) -> None:
        await self._repository.add(entity)
        await self._put(entity)

    async def get(self, entity_id: UUID) -> EntityT | None:
        if self._store.in_transaction:
            # What this transaction has changed is nobody else's to see yet.
            return await self._repository.get(entity_id)
        return await self._entries.get(entity_id)

    async def get_for_update(self, entity_id: UUID) -> EntityT | None:
        return await self._repository.get_for_update(entity_id)

    async def page(self, limit: int, after: UUID | None, owner_id: UUID | None) -> Page[EntityT]:
        return await self._repository.page(limit, after, owner_id)

    async def replace(self, entity: EntityT) -> None:
        await self._repository.replace(entity)
        await self._put(entity)

    async def remove(self, entity: EntityT) -> None:
        await self._repository.remove(entity)
        await self._block(entity.id)

    async def transfer_ownership(
        self, owner_id: UUID, new_owner_id: UUID, at: datetime
    ) -> Sequence[UUID]:
        changed = await self._repository.transfer_ownership(owner_id, new_owner_id, at)
        for entity_id in changed:
            await self._block(entity_id)
        return changed

    async def _put(self, entity: EntityT) -> None:
        # Not before the change is kept: it may yet be undone.
        await self._store.after_commit(lambda: self._entries.put(entity))

    async def _block(self, entity_id: UUID) -> None:
        await self._store.after_commit(lambda: self._entries.block(entity_id))
