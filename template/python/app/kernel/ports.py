"""Ports that every module's use cases need; the adapters are in `app.platform`."""

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol, TypeVar
from uuid import UUID

from app.kernel.paging import Page

Clock = Callable[[], datetime]
"""Tells the time, in UTC."""

IdGenerator = Callable[[], UUID]
"""Makes identifiers that sort in the order they were made (UUIDv7)."""

Transaction = Callable[[], AbstractAsyncContextManager[object]]
"""`async with transaction():` keeps all changes made inside, or none of them."""


class Entity(Protocol):
    """What a thing must carry to be kept, owned and changed without lost updates."""

    @property
    def id(self) -> UUID: ...
    @property
    def owner_id(self) -> UUID: ...
    @property
    def version(self) -> int: ...


EntityT = TypeVar("EntityT", bound=Entity)


class Repository(Protocol[EntityT]):
    """Where the entities of one kind are kept."""

    async def add(self, entity: EntityT) -> None:
        """Keep a new entity; `Conflict` if a unique value is taken."""

    async def get(self, entity_id: UUID) -> EntityT | None:
        """The entity, or None."""

    async def get_for_update(self, entity_id: UUID) -> EntityT | None:
        """The entity as it is now; others who want to change it wait for this transaction."""

    async def page(self, limit: int, after: UUID | None, owner_id: UUID | None) -> Page[EntityT]:
        """Up to `limit` entities, of one owner if said, created after the identifier `after`."""

    async def replace(self, entity: EntityT) -> None:
        """Keep the next version of an entity.

        `StaleVersion` if the one before it is gone; `Conflict` if a unique value is taken.
        """

    async def remove(self, entity: EntityT) -> None:
        """Forget this version of an entity; `StaleVersion` if it is no longer the current one."""

    async def transfer_ownership(
        self, owner_id: UUID, new_owner_id: UUID, at: datetime
    ) -> Sequence[UUID]:
        """Hand over all that one user owns to another; the identifiers of what changed hands."""


class OwnedEntities(Protocol):
    """Use cases of a kind of thing that users own."""

    async def transfer_ownership(self, owner_id: UUID, new_owner_id: UUID) -> None:
        """Give all that one user owns to another."""
