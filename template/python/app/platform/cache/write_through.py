"""Write-through: what is written is kept in the cache as well, before the caller is answered."""

from collections.abc import Sequence
from datetime import datetime
from typing import Generic, TypeVar
from uuid import UUID

from app.kernel.paging import Page
from app.kernel.ports import Entity, Repository
from app.platform.cache.versioned import VersionedEntries
from app.platform.persistence.database import Database

Kept = TypeVar("Kept", bound=Entity)


class WriteThroughRepository(Generic[Kept]):
    """Reads from the cache, and writes to the database and then to the cache."""

    def __init__(
        self, repository: Repository[Kept], entries: VersionedEntries[Kept], database: Database
    ) -> None:
        self._repository = repository
        self._entries = entries
        self._database = database

    async def add(self, entity: Kept) -> None:
        await self._repository.add(entity)
        await self._put(entity)

    async def get(self, entity_id: UUID) -> Kept | None:
        if self._database.in_transaction:
            # What this transaction has changed is nobody else's to see yet.
            return await self._repository.get(entity_id)
        return await self._entries.get(entity_id)

    async def get_to_change(self, entity_id: UUID) -> Kept | None:
        return await self._repository.get_to_change(entity_id)

    async def page(self, limit: int, after: UUID | None, owner_id: UUID | None) -> Page[Kept]:
        return await self._repository.page(limit, after, owner_id)

    async def replace(self, entity: Kept) -> None:
        await self._repository.replace(entity)
        await self._put(entity)

    async def remove(self, entity: Kept) -> None:
        await self._repository.remove(entity)
        await self._block(entity.id)

    async def change_owner(
        self, owner_id: UUID, new_owner_id: UUID, at: datetime
    ) -> Sequence[UUID]:
        changed = await self._repository.change_owner(owner_id, new_owner_id, at)
        for entity_id in changed:
            await self._block(entity_id)
        return changed

    async def _put(self, entity: Kept) -> None:
        # Not before the change is kept: it may yet be undone.
        await self._database.after_commit(lambda: self._entries.put(entity))

    async def _block(self, entity_id: UUID) -> None:
        await self._database.after_commit(lambda: self._entries.block(entity_id))
