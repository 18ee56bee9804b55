"""API keys in the database."""

import datetime as dt
from uuid import UUID

from app.kernel.paging import Page
from app.modules.identity.domain.api_key import ApiKey
from app.modules.identity.domain.user import User
from app.modules.identity.infrastructure.user import USERS
from app.platform.persistence import RecordType, Store

API_KEYS = RecordType(
    "identity_api_keys",
    ApiKey,
    unique=("prefix",),
    indexed=("user_id",),
    text_lengths={"prefix": 12, "fingerprint": 64},
)


class StoredApiKeyRepository:
    """Repository of API keys in the database; their secrets are stored nowhere."""

    def __init__(self, store: Store) -> None:
        self._keys = store.records(API_KEYS)

    async def add(self, key: ApiKey) -> None:
        await self._keys.add(key)

    async def get(self, key_id: UUID) -> ApiKey | None:
        return await self._keys.first(id=key_id)

    async def find(self, prefix: str) -> tuple[ApiKey, User] | None:
        found = await self._keys.first_with(USERS, "user_id", prefix=prefix)
        match found:
            case (key, User() as user):
                return key, user
        return None

    async def page(self, limit: int, after: UUID | None) -> Page[ApiKey]:
        return await self._keys.page(limit, after)

    async def replace(self, key: ApiKey) -> None:
        await self._keys.replace(key)

    async def record_use(self, key_id: UUID, at: dt.datetime) -> None:
        await self._keys.update({"last_used_at": at}, id=key_id)

    async def delete_for_user(self, user_id: UUID) -> None:
        await self._keys.delete(user_id=user_id)
