"""Sessions in the database."""

import datetime as dt
from uuid import UUID

from app.modules.identity.domain.session import Session
from app.modules.identity.domain.user import User
from app.modules.identity.infrastructure.user import USERS
from app.platform.persistence import RecordType, Store

SESSIONS = RecordType(
    "identity_sessions",
    Session,
    key=("fingerprint",),
    indexed=("user_id",),
    text_lengths={"fingerprint": 64},
)


class StoredSessionRepository:
    """Repository of sessions in the database; a user's next login deletes the expired ones."""

    def __init__(self, store: Store) -> None:
        self._sessions = store.records(SESSIONS)

    async def add(self, session: Session) -> None:
        await self._sessions.add(session)

    async def get(self, fingerprint: str) -> tuple[Session, User] | None:
        found = await self._sessions.first_with(USERS, "user_id", fingerprint=fingerprint)
        match found:
            case (session, User() as user):
                return session, user
        return None

    async def record_use(self, fingerprint: str, at: dt.datetime) -> None:
        await self._sessions.update({"last_used_at": at}, fingerprint=fingerprint)

    async def remove(self, fingerprint: str) -> None:
        await self._sessions.delete(fingerprint=fingerprint)

    async def delete_for_user(self, user_id: UUID) -> None:
        await self._sessions.delete(user_id=user_id)

    async def remove_expired(
        self, user_id: UUID, now: dt.datetime, unused_since: dt.datetime
    ) -> None:
        limits = {"expires_at": now, "last_used_at": unused_since}
        await self._sessions.delete_expired(limits, user_id=user_id)
