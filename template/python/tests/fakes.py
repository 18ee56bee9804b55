"""In-memory implementations of ports for unit tests."""

import datetime as dt
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Generic
from uuid import UUID

from app.kernel.access import Action, Principal
from app.kernel.errors import Conflict, NotAllowed, StaleVersion
from app.kernel.paging import Page
from app.kernel.ports import EntityT
from app.modules.identity.domain.user import User
from app.platform.authorization import ADMIN_ROLE, DEFAULT_ROLE

NOW = dt.datetime(2026, 1, 31, 12, 0, tzinfo=dt.UTC)
ALICE = Principal(UUID(int=1), DEFAULT_ROLE)
BOB = Principal(UUID(int=2), ADMIN_ROLE)


class Clock:
    """Clock that tests move."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> dt.datetime:
        return self.now


class AllowAll:
    """Access policy that allows everything and records the requests."""

    def __init__(self) -> None:
        self.requests: list[tuple[Principal, Action, str, UUID | None]] = []

    def require(
        self, caller: Principal, action: Action, resource: str, owner_id: UUID | None = None
    ) -> None:
        self.requests.append((caller, action, resource, owner_id))

    def visible_owner(self, caller: Principal, resource: str) -> UUID | None:
        return None


class DenyAll:
    """Access policy that allows nothing."""

    def require(
        self, caller: Principal, action: Action, resource: str, owner_id: UUID | None = None
    ) -> None:
        raise NotAllowed(f"{caller.role} may not {action} {resource} of {owner_id}.")

    def visible_owner(self, caller: Principal, resource: str) -> UUID | None:
        return caller.id


@asynccontextmanager
async def no_transaction() -> AsyncIterator[None]:
    yield


class InMemoryRepository(Generic[EntityT]):
    """Repository of entities in a dictionary."""

    def __init__(self) -> None:
        self.entities: dict[UUID, EntityT] = {}
        self.transfers: list[tuple[UUID, UUID, dt.datetime]] = []
        self.owned: list[UUID] = []

    async def add(self, entity: EntityT) -> None:
        self.entities[entity.id] = entity

    async def get(self, entity_id: UUID) -> EntityT | None:
        return self.entities.get(entity_id)

    async def get_for_update(self, entity_id: UUID) -> EntityT | None:
        return self.entities.get(entity_id)

    async def page(self, limit: int, after: UUID | None, owner_id: UUID | None) -> Page[EntityT]:
        found = [
            self.entities[key]
            for key in sorted(self.entities)
            if (not after or key > after) and owner_id in {None, self.entities[key].owner_id}
        ]
        return Page(found[:limit], found[limit - 1].id if len(found) > limit else None)

    async def replace(self, entity: EntityT) -> None:
        if self.entities[entity.id].version != entity.version - 1:
            raise StaleVersion("It has another version.")
        self.entities[entity.id] = entity

    async def remove(self, entity: EntityT) -> None:
        del self.entities[entity.id]

    async def transfer_ownership(
        self, owner_id: UUID, new_owner_id: UUID, at: dt.datetime
    ) -> Sequence[UUID]:
        self.transfers.append((owner_id, new_owner_id, at))
        return self.owned


class InMemoryUsers:
    """Repository of users in a dictionary."""

    def __init__(self) -> None:
        self.users: dict[UUID, User] = {}

    async def add(self, user: User) -> None:
        if await self.find(user.email):
            raise Conflict("The email is taken.")
        self.users[user.id] = user

    async def get(self, user_id: UUID) -> User | None:
        return self.users.get(user_id)

    async def get_for_update(self, user_id: UUID) -> User | None:
        return self.users.get(user_id)

    async def find(self, email: str) -> User | None:
        return next((user for user in self.users.values() if user.email == email), None)

    async def page(self, limit: int, after: UUID | None) -> Page[User]:
        found = [self.users[key] for key in sorted(self.users) if not after or key > after]
        return Page(found[:limit], found[limit - 1].id if len(found) > limit else None)

    async def replace(self, user: User) -> None:
        self.users[user.id] = user

    async def remove(self, user_id: UUID) -> None:
        del self.users[user_id]
