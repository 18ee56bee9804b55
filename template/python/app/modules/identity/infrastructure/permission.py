"""Granted permissions in the database."""

from dataclasses import dataclass
from uuid import UUID

from app.platform.persistence import RecordType, Store


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantedPermission:
    """A permission that a user has."""

    user_id: UUID
    permission: str


PERMISSIONS = RecordType(
    "identity_permissions",
    GrantedPermission,
    key=("user_id", "permission"),
    text_lengths={"permission": 100},
)


class StoredPermissionRepository:
    """Repository of granted permissions, one record for each permission of a user."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._granted = store.records(PERMISSIONS)

    async def of_user(self, user_id: UUID) -> frozenset[str]:
        granted = await self._granted.find(user_id=user_id)
        return frozenset(each.permission for each in granted)

    async def put(self, user_id: UUID, permissions: frozenset[str]) -> None:
        granted = [
            GrantedPermission(user_id=user_id, permission=each) for each in sorted(permissions)
        ]
        async with self._store.transaction():
            await self._granted.delete(user_id=user_id)
            await self._granted.add_many(granted)

    async def delete_for_user(self, user_id: UUID) -> None:
        await self._granted.delete(user_id=user_id)
