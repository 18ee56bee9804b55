"""Read-through: the cache itself loads what it lacks."""

from uuid import UUID

from app.kernel.ports import EntityT
from app.platform.cache.entity_cache import EntityCache


class ReadThrough(EntityCache[EntityT]):
    """Entity cache before the database: `get` loads what is missing."""

    async def get(self, entity_id: UUID) -> EntityT | None:
        """Return the entity, from the cache or loaded."""
        entity = await super().get(entity_id)
        return await self.fill(entity_id) if entity is None else entity

    async def read(self, entity_id: UUID) -> EntityT | None:
        return await self.get(entity_id)
