"""How the hashes of passwords are kept in the database."""

from uuid import UUID

import sqlalchemy as sa

from app.platform.persistence.sql import tables
from app.platform.persistence.sql.database import Database

password_table = sa.Table(
    "identity_passwords",
    tables.metadata,
    sa.Column("user_id", sa.Uuid(), primary_key=True),
    sa.Column("password_hash", sa.String(200), nullable=False),
    info={"module": "identity"},
)

_by_user = sa.select(password_table.c.password_hash).where(
    password_table.c.user_id == sa.bindparam("user_id")
)


class SqlPasswordRepository:
    """Hashes, a row for each user who has a password."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, user_id: UUID) -> str | None:
        async with self._database.reading() as connection:
            found: str | None = await connection.scalar(_by_user, {"user_id": user_id})
        return found

    async def put(self, user_id: UUID, password_hash: str) -> None:
        values = {"user_id": user_id, "password_hash": password_hash}
        async with self._database.transaction() as connection:
            await connection.execute(_of(user_id))
            await connection.execute(password_table.insert().values(values))

    async def delete_for_user(self, user_id: UUID) -> None:
        async with self._database.transaction() as connection:
            await connection.execute(_of(user_id))


def _of(user_id: UUID) -> sa.Delete:
    return password_table.delete().where(password_table.c.user_id == user_id)
