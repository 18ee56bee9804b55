"""Repository of the entities of one type."""

from collections.abc import Sequence
from datetime import datetime
from typing import Generic
from uuid import UUID

from app.kernel.errors import StaleVersion
from app.kernel.paging import Page
from app.kernel.ports import EntityT
from app.platform.persistence.ports import Store
from app.platform.persistence.record_types import RecordType

STALE = "It was changed or deleted in the meantime; read it again."


class EntityRepository(Generic[EntityT]):
    """Repository of entities in a store; the port is `app.kernel.ports.Repository`."""

    def __init__(self, store: Store, record_type: RecordType[EntityT]) -> None:
        self._store = store
        self._records = store.records(record_type)

    async def add(self, entity: EntityT) -> None:
        await self._records.add(entity)

    async def get(self, entity_id: UUID) -> EntityT | None:
        return await self._records.first(id=entity_id)

    async def get_for_update(self, entity_id: UUID) -> EntityT | None:
        return await self._records.first_for_update(id=entity_id)

    async def page(self, limit: int, after: UUID | None, owner_id: UUID | None) -> Page[EntityT]:
        # Identifiers sort by time of creation.
        owner = {} if owner_id is None else {"owner_id": owner_id}
        return await self._records.page(limit, after, **owner)

    async def replace(self, entity: EntityT) -> None:
        if not await self._records.replace(entity, version=entity.version - 1):
            raise StaleVersion(STALE)

    async def remove(self, entity: EntityT) -> None:
        if not await self._records.delete(id=entity.id, version=entity.version):
            raise StaleVersion(STALE)

    async def transfer_ownership(
        self, owner_id: UUID, new_owner_id: UUID, at: datetime
    ) -> Sequence[UUID]:
        changes = {"owner_id": new_owner_id, "updated_at": at}
        async with self._store.transaction():
            transferred = await self._records.keys_for_update(owner_id=owner_id)
            await self._records.update(changes, "version", owner_id=owner_id)
        return transferred
