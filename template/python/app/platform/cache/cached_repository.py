"""Repository that reads entities by way of the cache."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from uuid import UUID

from app.kernel.ports import EntityT
from app.platform.cache.port import Cache
from app.platform.cache.strategy import Strategy
from app.platform.persistence import EntityRepository, RecordType, Store


class CachedRepository(EntityRepository[EntityT]):
    """Repository with the chosen cache strategy; pages come from the database.

    Entries change after the commit: until then, readers would store the old version again.
    """

    def __init__(
        self,
        store: Store,
        record_type: RecordType[EntityT],
        cache: Cache,
        *,
        prefix: str,
        ttl_seconds: float,
    ) -> None:
        super().__init__(store, record_type)
        name = f"{prefix}:{record_type.name}"
        self.entries = Strategy(cache, name, record_type.record, ttl_seconds, load=super().get)

    async def add(self, entity: EntityT) -> None:
        await super().add(entity)
        await self._store.after_commit(partial(self.entries.added, entity))

    async def get(self, entity_id: UUID) -> EntityT | None:
        if self._store.in_transaction:
            # Other requests must not see the changes of this transaction yet.
            return await super().get(entity_id)
        return await self.entries.read(entity_id)

    async def replace(self, entity: EntityT) -> None:
        await super().replace(entity)
        await self._store.after_commit(partial(self.entries.replaced, entity))

    async def remove(self, entity: EntityT) -> None:
        await super().remove(entity)
        await self._store.after_commit(partial(self.entries.outdated, entity.id))

    async def transfer_ownership(
        self, owner_id: UUID, new_owner_id: UUID, at: datetime
    ) -> Sequence[UUID]:
        changed = await super().transfer_ownership(owner_id, new_owner_id, at)
        for entity_id in changed:
            await self._store.after_commit(partial(self.entries.outdated, entity_id))
        return changed
