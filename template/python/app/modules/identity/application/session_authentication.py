"""Authentication by server-side sessions: login, logout and lookup."""

import datetime as dt
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from app.kernel.access import Principal
from app.kernel.errors import NotAuthenticated
from app.kernel.ports import Clock, Transaction
from app.modules.identity.application.password_accounts import PasswordAccounts
from app.modules.identity.application.ports import CredentialRepository
from app.modules.identity.domain.secret import fingerprint, new_secret
from app.modules.identity.domain.session import Session
from app.modules.identity.domain.user import User

SESSION_ENDED = "There is no such session, or it has ended; log in again."


class SessionRepository(CredentialRepository, Protocol):
    """Repository of sessions."""

    async def add(self, session: Session) -> None: ...

    async def get(self, fingerprint: str) -> tuple[Session, User] | None:
        """Return a session and its user."""

    async def record_use(self, fingerprint: str, at: dt.datetime) -> None: ...

    async def remove(self, fingerprint: str) -> None: ...

    async def remove_expired(
        self, user_id: UUID, now: dt.datetime, unused_since: dt.datetime
    ) -> None: ...


@dataclass(frozen=True, slots=True)
class OpenedSession:
    """New session; `secret` goes into the cookie and is not stored."""

    secret: str
    session: Session


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionAuthentication:
    """Use cases of users who authenticate by a session."""

    sessions: SessionRepository
    accounts: PasswordAccounts
    idle: dt.timedelta
    lifetime: dt.timedelta
    clock: Clock
    transaction: Transaction

    async def login(
        self, email: str, password: str, address: str, previous: str | None
    ) -> OpenedSession:
        """Start a new session and end the previous one of the browser (session fixation)."""
        user = await self.accounts.verify_password(email, password, address)
        now = self.clock()
        secret = new_secret()
        session = Session(
            fingerprint=fingerprint(secret),
            user_id=user.id,
            last_used_at=now,
            expires_at=now + self.lifetime,
        )
        async with self.transaction():
            await self.sessions.remove_expired(user.id, now, now - self.idle)
            if previous is not None:
                await self.sessions.remove(fingerprint(previous))
            await self.sessions.add(session)
        return OpenedSession(secret, session)

    async def current(self, secret: str) -> Session:
        """Return the active session with this secret."""
        session, _ = await self._active(secret)
        return session

    async def logout(self, secret: str) -> None:
        await self.sessions.remove(fingerprint(secret))

    async def logout_everywhere(self, caller: Principal) -> None:
        """End all sessions of the caller, this one included."""
        await self.sessions.delete_for_user(caller.id)

    async def authenticate(self, credential: str) -> Principal:
        """Return the owner of a session with their current role."""
        session, user = await self._active(credential)
        if session.should_record_use(self.clock()):
            await self.sessions.record_use(session.fingerprint, self.clock())
        return Principal(user.id, user.role)

    async def _active(self, secret: str) -> tuple[Session, User]:
        found = await self.sessions.get(fingerprint(secret))
        if found is None or not found[0].is_active(self.clock(), self.idle):
            raise NotAuthenticated(SESSION_ENDED)
        return found
