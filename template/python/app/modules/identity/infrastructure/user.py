"""How users are kept in the database."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from app.kernel.errors import Conflict
from app.kernel.paging import Page
from app.modules.identity.domain.user import User
from app.platform.authorization import DEFAULT_ROLE, Role
from app.platform.persistence.sql import tables
from app.platform.persistence.sql.database import Database

user_table = sa.Table(
    "identity_users",
    tables.metadata,
    sa.Column("id", sa.Uuid(), primary_key=True),
    sa.Column("email", sa.String(254), nullable=False, unique=True),
    sa.Column("role", sa.String(20), nullable=False),
    sa.Column("created_at", tables.Timestamp(), nullable=False),
    info={"module": "identity"},
)


# Made once: every request looks up its caller, and building a statement takes its time.
_by_id = sa.select(user_table).where(user_table.c.id == sa.bindparam("id"))
_by_id_locked = _by_id.with_for_update()
_by_email = sa.select(user_table).where(user_table.c.email == sa.bindparam("email"))


class SqlUserRepository:
    """Users, a row each."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, user: User) -> None:
        try:
            async with self._database.transaction() as connection:
                await connection.execute(user_table.insert().values(asdict(user)))
        except (Conflict, sa.exc.IntegrityError) as error:
            raise Conflict("Somebody has this email already.") from error

    async def get(self, user_id: UUID) -> User | None:
        return await self._one(_by_id, id=user_id)

    async def get_for_update(self, user_id: UUID) -> User | None:
        return await self._one(_by_id_locked, id=user_id)

    async def find(self, email: str) -> User | None:
        return await self._one(_by_email, email=email)

    async def page(self, limit: int, after: UUID | None) -> Page[User]:
        query = sa.select(user_table).order_by(user_table.c.id).limit(limit + 1)
        if after is not None:
            query = query.where(user_table.c.id > after)
        async with self._database.reading() as connection:
            rows = (await connection.execute(query)).mappings().all()
        users = [to_user(row) for row in rows[:limit]]
        return Page(users, users[-1].id if len(rows) > limit else None)

    async def replace(self, user: User) -> None:
        change = user_table.update().where(user_table.c.id == user.id).values(asdict(user))
        async with self._database.transaction() as connection:
            await connection.execute(change)

    async def remove(self, user_id: UUID) -> None:
        async with self._database.transaction() as connection:
            await connection.execute(user_table.delete().where(user_table.c.id == user_id))

    async def _one(self, query: sa.Select[Any], **values: object) -> User | None:
        async with self._database.reading() as connection:
            row = (await connection.execute(query, values)).mappings().one_or_none()
        return None if row is None else to_user(row)


def to_user(row: sa.RowMapping) -> User:
    """The user in a row of `user_table`, or of a query that joins it."""
    return User(
        id=row[user_table.c.id],
        email=row[user_table.c.email],
        role=_role(row[user_table.c.role]),
        created_at=row[user_table.c.created_at],
    )


def _role(stored: str) -> Role:
    """A role that the service no longer knows counts for no more than a newcomer's."""
    return Role(stored) if stored in _ROLES else DEFAULT_ROLE


_ROLES = frozenset(Role)
