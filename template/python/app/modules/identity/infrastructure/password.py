"""Password hashes in the database."""

from dataclasses import dataclass
from uuid import UUID

from app.platform.persistence import RecordType, Store


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPassword:
    """The password hash of a user."""

    user_id: UUID
    password_hash: str


PASSWORDS = RecordType("identity_passwords", StoredPassword, key=("user_id",))


class StoredPasswordRepository:
    """Repository of password hashes, one for each user who has a password."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._passwords = store.records(PASSWORDS)

    async def get(self, user_id: UUID) -> str | None:
        found = await self._passwords.first(user_id=user_id)
        return None if found is None else found.password_hash

    async def put(self, user_id: UUID, password_hash: str) -> None:
        async with self._store.transaction():
            await self._passwords.delete(user_id=user_id)
            await self._passwords.add(StoredPassword(user_id=user_id, password_hash=password_hash))

    async def delete_for_user(self, user_id: UUID) -> None:
        await self._passwords.delete(user_id=user_id)
