"""Ports of the use cases of every module; the adapters are in `app.platform`."""

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol, TypeVar
from uuid import UUID

from app.kernel.paging import Page

Clock = Callable[[], datetime]
"""Returns the time, in UTC."""

IdGenerator = Callable[[], UUID]
"""Returns identifiers that sort by the time of their creation (UUIDv7)."""

Transaction = Callable[[], AbstractAsyncContextManager[object]]
"""`async with transaction():` commits all changes made inside, or none of them."""


class Entity(Protocol):
    """Attributes that storage, ownership and optimistic locking need."""

    @property
    def id(self) -> UUID: ...
    @property
    def owner_id(self) -> UUID: ...
    @property
    def version(self) -> int: ...


EntityT = TypeVar("EntityT", bound=Entity)


class Repository(Protocol[EntityT]):
    """Storage of the entities of one type."""

    async def add(self, entity: EntityT) -> None:
        """Add an entity; `Conflict` if a unique value is taken."""

    async def get(self, entity_id: UUID) -> EntityT | None:
        """Return the entity, or None."""

    async def get_for_update(self, entity_id: UUID) -> EntityT | None:
        """Return the entity, locked for other writers until this transaction ends."""

    async def page(self, limit: int, after: UUID | None, owner_id: UUID | None) -> Page[EntityT]:
        """Return up to `limit` entities created after `after`, of all owners or of one."""

    async def replace(self, entity: EntityT) -> None:
        """Store the next version of an entity.

        `StaleVersion` if the previous one is not current; `Conflict` if a unique value is taken.
        """

    async def remove(self, entity: EntityT) -> None:
        """Delete this version of an entity; `StaleVersion` if it is not current."""

    async def transfer_ownership(
        self, owner_id: UUID, new_owner_id: UUID, at: datetime
    ) -> Sequence[UUID]:
        """Transfer all entities of one user to another; return their identifiers."""


class OwnedEntities(Protocol):
    """Use cases of entities that users own."""

    async def transfer_ownership(self, owner_id: UUID, new_owner_id: UUID) -> None:
        """Transfer all entities of one user to another."""
