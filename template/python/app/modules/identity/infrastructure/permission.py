"""How permissions are kept in the database."""

from uuid import UUID

import sqlalchemy as sa

from app.platform.persistence.sql import tables
from app.platform.persistence.sql.database import Database

permission_table = sa.Table(
    "identity_permissions",
    tables.metadata,
    sa.Column("user_id", sa.Uuid(), primary_key=True),
    sa.Column("permission", sa.String(100), primary_key=True),
    info={"module": "identity"},
)

# Made once, as every request sends it.
_of_user = sa.select(permission_table.c.permission).where(
    permission_table.c.user_id == sa.bindparam("user_id")
)


class SqlPermissionRepository:
    """Permissions, a row for each that a user has."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of_user(self, user_id: UUID) -> frozenset[str]:
        async with self._database.reading() as connection:
            return frozenset(await connection.scalars(_of_user, {"user_id": user_id}))

    async def put(self, user_id: UUID, permissions: frozenset[str]) -> None:
        rows = [{"user_id": user_id, "permission": each} for each in sorted(permissions)]
        async with self._database.transaction() as connection:
            await self.delete_for_user(user_id)
            if rows:
                await connection.execute(permission_table.insert(), rows)

    async def delete_for_user(self, user_id: UUID) -> None:
        theirs = permission_table.c.user_id == user_id
        async with self._database.transaction() as connection:
            await connection.execute(permission_table.delete().where(theirs))
