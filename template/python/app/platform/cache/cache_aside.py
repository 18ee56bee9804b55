"""Cache-aside: the repository looks into the cache, and fills it with what it had to load."""

from collections.abc import Sequence
from datetime import datetime
from typing import Generic, TypeVar
from uuid import UUID

from app.kernel.paging import Page
from app.kernel.ports import Entity, Repository
from app.platform.cache.entity_cache import EntityCache
from app.platform.persistence import Store

EntityT = TypeVar("EntityT", bound=Entity)


class CacheAsideRepository(Generic[EntityT]):
    """Answers `get` from the cache and forgets what changes; all else goes straight through."""

    def __init__(
        self, repository: Repository[EntityT], entries: EntityCache[EntityT], store: Store
    ) -> None:
        self._repository = repository
        self._entries = entries
        self._store = store

    async def add(self, entity: EntityT) -> None:
        await self._repository.add(entity)

    async def get(self, entity_id: UUID) -> EntityT | None:
        if self._store.in_transaction:
            # What this transaction has changed is nobody else's to see yet.
            return await self._repository.get(entity_id)
        entity = await self._entries.get(entity_id)
        if entity is None:
            entity = await self._entries.fill(entity_id, lambda: self._repository.get(entity_id))
        return entity

    async def get_for_update(self, entity_id: UUID) -> EntityT | None:
        return await self._repository.get_for_update(entity_id)

    async def page(self, limit: int, after: UUID | None, owner_id: UUID | None) -> Page[EntityT]:
        return await self._repository.page(limit, after, owner_id)

    async def replace(self, entity: EntityT) -> None:
        await self._repository.replace(entity)
        await self._forget(entity.id)

    async def remove(self, entity: EntityT) -> None:
        await self._repository.remove(entity)
        await self._forget(entity.id)

    async def transfer_ownership(
        self, owner_id: UUID, new_owner_id: UUID, at: datetime
    ) -> Sequence[UUID]:
        changed = await self._repository.transfer_ownership(owner_id, new_owner_id, at)
        for entity_id in changed:
            await self._forget(entity_id)
        return changed

    async def _forget(self, entity_id: UUID) -> None:
        # Not before the change is kept: a reader in between would bring the old value back.
        await self._store.after_commit(lambda: self._entries.forget(entity_id))
