"""What the use cases of this module need from outside."""

import datetime as dt
from typing import Protocol
from uuid import UUID

from app.kernel.access import Session
from app.kernel.paging import Page
from app.modules.identity.domain.refresh_token import RefreshToken
from app.modules.identity.domain.user import User


class UserRepository(Protocol):
    """Where users are kept."""

    async def add(self, user: User) -> None:
        """Keep a new user; `Conflict` if the email is taken."""

    async def get(self, user_id: UUID) -> User | None: ...

    async def get_to_change(self, user_id: UUID) -> User | None:
        """The user as they are now; others who want to change them wait for this transaction."""

    async def find(self, email: str) -> User | None: ...

    async def find_in(self, session: Session) -> User | None:
        """Whose session it is, if it has not ended."""

    async def page(self, limit: int, after: UUID | None) -> Page[User]: ...

    async def replace(self, user: User) -> None: ...

    async def remove(self, user_id: UUID) -> None: ...


class RefreshTokenRepository(Protocol):
    """Where refresh tokens are kept."""

    async def add(self, token: RefreshToken) -> None: ...

    async def get(self, fingerprint: str) -> RefreshToken | None: ...

    async def mark_used(self, fingerprint: str) -> bool:
        """Whether this call was the first to do so, however many come at once."""

    async def remove_family(self, family_id: UUID) -> None: ...

    async def remove_of_user(self, user_id: UUID) -> None: ...

    async def remove_expired(self, user_id: UUID, now: dt.datetime) -> None: ...


class Passwords(Protocol):
    """Hashes passwords."""

    async def hash(self, password: str) -> str: ...

    async def matches(self, password: str, password_hash: str) -> bool: ...


class AccessTokens(Protocol):
    """Issues and checks the tokens that prove who a caller is."""

    @property
    def lifetime(self) -> dt.timedelta: ...

    def issue(self, session: Session, at: dt.datetime) -> str: ...

    def verify(self, token: str) -> Session:
        """The login that `token` was issued to; `NotAuthenticated` if it proves none."""
