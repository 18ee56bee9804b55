"""Cache-aside for the repository of one kind of entity."""

from collections.abc import Sequence
from datetime import datetime
from typing import Generic, TypeVar, cast
from uuid import UUID

from app.kernel.paging import Page
from app.kernel.ports import Entity, Repository
from app.platform.cache.port import Cache
from app.platform.persistence.database import Database

Kept = TypeVar("Kept", bound=Entity)


class CachedRepository(Generic[Kept]):
    """Answers `get` from the cache and forgets what changes; all else goes straight through."""

    def __init__(
        self, repository: Repository[Kept], cache: Cache, database: Database, kind: str
    ) -> None:
        self._repository = repository
        self._cache = cache
        self._database = database
        self._kind = kind

    async def add(self, entity: Kept) -> None:
        await self._repository.add(entity)

    async def get(self, entity_id: UUID) -> Kept | None:
        if self._database.in_transaction:
            # What this transaction has changed is nobody else's to see yet.
            return await self._repository.get(entity_id)
        value = await self._cache.get_or_load(
            self._key(entity_id), lambda: self._repository.get(entity_id)
        )
        return cast("Kept | None", value)

    async def get_to_change(self, entity_id: UUID) -> Kept | None:
        return await self._repository.get_to_change(entity_id)

    async def page(self, limit: int, after: UUID | None) -> Page[Kept]:
        return await self._repository.page(limit, after)

    async def replace(self, entity: Kept) -> None:
        await self._repository.replace(entity)
        await self._forget(entity.id)

    async def remove(self, entity: Kept) -> None:
        await self._repository.remove(entity)
        await self._forget(entity.id)

    async def change_owner(
        self, owner_id: UUID, new_owner_id: UUID, at: datetime
    ) -> Sequence[UUID]:
        changed = await self._repository.change_owner(owner_id, new_owner_id, at)
        for entity_id in changed:
            await self._forget(entity_id)
        return changed

    async def _forget(self, entity_id: UUID) -> None:
        # Not before the change is kept: a reader in between would bring the old value back.
        key = self._key(entity_id)
        await self._database.after_commit(lambda: self._cache.delete(key))

    def _key(self, entity_id: UUID) -> str:
        return f"{self._kind}:{entity_id}"
