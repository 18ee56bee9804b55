"""Logging in for a session that the server keeps, and logging out."""

import datetime as dt
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from app.kernel.access import Principal
from app.kernel.errors import NotAuthenticated
from app.kernel.ports import Clock, Transaction
from app.modules.identity.application.accounts import Accounts
from app.modules.identity.domain.secret import fingerprint, new_secret
from app.modules.identity.domain.session import Session
from app.modules.identity.domain.user import User

SESSION_ENDED = "There is no such session, or it has ended; log in again."


class SessionRepository(Protocol):
    """Where sessions are kept."""

    async def add(self, session: Session) -> None: ...

    async def get(self, fingerprint: str) -> tuple[Session, User] | None:
        """A session and whose it is."""

    async def note_use(self, fingerprint: str, at: dt.datetime) -> None: ...

    async def remove(self, fingerprint: str) -> None: ...

    async def delete_for_user(self, user_id: UUID) -> None: ...

    async def remove_expired(
        self, user_id: UUID, now: dt.datetime, unused_since: dt.datetime
    ) -> None: ...


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session as the browser knows it; `secret` goes into the cookie and is kept nowhere."""

    secret: str
    session: Session


class Sessions:
    """The use cases of who proves themself by a session."""

    def __init__(
        self,
        sessions: SessionRepository,
        *,
        accounts: Accounts,
        idle: dt.timedelta,
        lifetime: dt.timedelta,
        clock: Clock,
        transaction: Transaction,
    ) -> None:
        self._sessions = sessions
        self._accounts = accounts
        self._idle = idle
        self._lifetime = lifetime
        self._clock = clock
        self._transaction = transaction

    async def login(
        self, email: str, password: str, address: str, previous: str | None
    ) -> OpenSession:
        """Begin a session, always a new one: what the browser had before might be a trap."""
        user = await self._accounts.authenticate(email, password, address)
        now = self._clock()
        secret = new_secret()
        session = Session(
            fingerprint=fingerprint(secret),
            user_id=user.id,
            last_used_at=now,
            expires_at=now + self._lifetime,
        )
        async with self._transaction():
            await self._sessions.remove_expired(user.id, now, now - self._idle)
            if previous is not None:
                await self._sessions.remove(fingerprint(previous))
            await self._sessions.add(session)
        return OpenSession(secret, session)

    async def current(self, secret: str) -> Session:
        session, _ = await self._alive(secret)
        return session

    async def logout(self, secret: str) -> None:
        await self._sessions.remove(fingerprint(secret))

    async def logout_everywhere(self, caller: Principal) -> None:
        """End all sessions of the caller, this one included."""
        await self._sessions.delete_for_user(caller.id)

    async def authenticate(self, credential: str) -> Principal:
        """Whose session it is, with the role they have now."""
        session, user = await self._alive(credential)
        if session.needs_note(self._clock()):
            await self._sessions.note_use(session.fingerprint, self._clock())
        return Principal(user.id, user.role)

    async def _alive(self, secret: str) -> tuple[Session, User]:
        found = await self._sessions.get(fingerprint(secret))
        if found is None or not found[0].is_alive(self._clock(), self._idle):
            raise NotAuthenticated(SESSION_ENDED)
        return found
