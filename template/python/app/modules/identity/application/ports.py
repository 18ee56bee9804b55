"""Ports that several use cases of this module need."""

from typing import Protocol
from uuid import UUID

from app.kernel.paging import Page
from app.modules.identity.domain.user import User


class UserRepository(Protocol):
    """Repository of users."""

    async def add(self, user: User) -> None:
        """Store a new user; raise `Conflict` if the email is taken."""

    async def get(self, user_id: UUID) -> User | None: ...

    async def get_for_update(self, user_id: UUID) -> User | None:
        """Return the current user, locked until the transaction ends."""

    async def find(self, email: str) -> User | None: ...

    async def page(self, limit: int, after: UUID | None) -> Page[User]: ...

    async def replace(self, user: User) -> None: ...

    async def remove(self, user_id: UUID) -> None: ...


class CredentialRepository(Protocol):
    """Repository of credentials or rights that belong to users."""

    async def delete_for_user(self, user_id: UUID) -> None:
        """Delete all that belong to the user."""
