"""Cache-aside: a read that finds no entry loads the entity and fills the entry."""

from uuid import UUID

from app.kernel.ports import EntityT
from app.platform.cache.entity_cache import EntityCache


class CacheAside(EntityCache[EntityT]):
    """Entity cache beside the database: `get` loads nothing, `read` loads what `get` misses."""

    async def read(self, entity_id: UUID) -> EntityT | None:
        entity = await self.get(entity_id)
        return await self.fill(entity_id) if entity is None else entity
