"""EntityCache that load themselves: who asks need not know that there is a database."""

from collections.abc import Awaitable, Callable
from typing import TypeVar
from uuid import UUID

from app.kernel.ports import Entity
from app.platform.cache.entity_cache import EntityCache
from app.platform.cache.port import Cache

EntityT = TypeVar("EntityT", bound=Entity)


class LoadingEntityCache(EntityCache[EntityT]):
    """What is not kept is loaded, and then kept."""

    def __init__(
        self,
        cache: Cache,
        kind: str,
        entity: type[EntityT],
        ttl_seconds: float,
        *,
        load: Callable[[UUID], Awaitable[EntityT | None]],
    ) -> None:
        super().__init__(cache, kind, entity, ttl_seconds)
        self._load_entity = load

    async def get(self, entity_id: UUID) -> EntityT | None:
        """The entity, kept or loaded."""
        entity = await super().get(entity_id)
        if entity is None:
            entity = await self.fill(entity_id, lambda: self._load_entity(entity_id))
        return entity
