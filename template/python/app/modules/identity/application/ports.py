"""What the use cases of this module need from outside."""

from typing import Protocol
from uuid import UUID

from app.kernel.paging import Page
from app.modules.identity.domain.user import User


class UserRepository(Protocol):
    """Where users are kept."""

    async def add(self, user: User) -> None:
        """Keep a new user; `Conflict` if the email is taken."""

    async def get(self, user_id: UUID) -> User | None: ...

    async def get_for_update(self, user_id: UUID) -> User | None:
        """The user as they are now; others who want to change them wait for this transaction."""

    async def find(self, email: str) -> User | None: ...

    async def page(self, limit: int, after: UUID | None) -> Page[User]: ...

    async def replace(self, user: User) -> None: ...

    async def remove(self, user_id: UUID) -> None: ...


class CredentialRepository(Protocol):
    """What users prove who they are with."""

    async def delete_for_user(self, user_id: UUID) -> None:
        """From now on, nothing that was given to the user proves anything."""
