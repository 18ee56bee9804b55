"""Users in the database."""

from dataclasses import replace
from uuid import UUID

from app.kernel.errors import Conflict
from app.kernel.paging import Page
from app.modules.identity.domain.user import User
from app.platform.authorization import DEFAULT_ROLE, Role
from app.platform.persistence import EMAIL, RecordType, Store


def _with_known_role(user: User) -> User:
    """Give a user whose stored role no longer exists the default role."""
    return user if user.role in _ROLES else replace(user, role=DEFAULT_ROLE)


_ROLES = frozenset(Role)

USERS = RecordType(
    "identity_users",
    User,
    unique=("email",),
    text_lengths={"email": EMAIL, "role": 20},
    on_read=_with_known_role,
)


class StoredUserRepository:
    """Repository of users in the database."""

    def __init__(self, store: Store) -> None:
        self._users = store.records(USERS)

    async def add(self, user: User) -> None:
        try:
            await self._users.add(user)
        except Conflict as error:
            raise Conflict("A user with this email exists already.") from error

    async def get(self, user_id: UUID) -> User | None:
        return await self._users.first(id=user_id)

    async def get_for_update(self, user_id: UUID) -> User | None:
        return await self._users.first_for_update(id=user_id)

    async def find(self, email: str) -> User | None:
        return await self._users.first(email=email)

    async def page(self, limit: int, after: UUID | None) -> Page[User]:
        return await self._users.page(limit, after)

    async def replace(self, user: User) -> None:
        await self._users.replace(user)

    async def remove(self, user_id: UUID) -> None:
        await self._users.delete(id=user_id)
