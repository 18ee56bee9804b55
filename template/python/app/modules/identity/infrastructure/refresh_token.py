"""Refresh tokens in the database."""

import datetime as dt
from uuid import UUID

from app.modules.identity.domain.refresh_token import RefreshToken
from app.modules.identity.domain.user import User
from app.modules.identity.infrastructure.user import USERS
from app.platform.persistence import RecordType, Store

REFRESH_TOKENS = RecordType(
    "identity_refresh_tokens",
    RefreshToken,
    key=("fingerprint",),
    indexed=("family_id", "user_id"),
    text_lengths={"fingerprint": 64},
)


class StoredRefreshTokenRepository:
    """Repository of refresh tokens in the database.

    Used tokens stay until they expire, so that a second use is noticed.
    """

    def __init__(self, store: Store) -> None:
        self._tokens = store.records(REFRESH_TOKENS)

    async def add(self, token: RefreshToken) -> None:
        await self._tokens.add(token)

    async def get(self, fingerprint: str) -> RefreshToken | None:
        return await self._tokens.first(fingerprint=fingerprint)

    async def find_user(self, user_id: UUID, family_id: UUID) -> User | None:
        found = await self._tokens.first_with(
            USERS, "user_id", family_id=family_id, user_id=user_id
        )
        return None if found is None else found[1]

    async def mark_used(self, fingerprint: str) -> bool:
        return await self._tokens.update({"used": True}, fingerprint=fingerprint, used=False) == 1

    async def remove_family(self, family_id: UUID) -> None:
        await self._tokens.delete(family_id=family_id)

    async def delete_for_user(self, user_id: UUID) -> None:
        await self._tokens.delete(user_id=user_id)

    async def remove_expired(self, user_id: UUID, now: dt.datetime) -> None:
        await self._tokens.delete_expired({"expires_at": now}, user_id=user_id)
