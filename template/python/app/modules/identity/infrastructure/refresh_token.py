"""How refresh tokens are kept in the database."""

import datetime as dt
from dataclasses import asdict
from uuid import UUID

import sqlalchemy as sa

from app.modules.identity.domain.refresh_token import RefreshToken
from app.modules.identity.domain.token_session import TokenSession
from app.modules.identity.domain.user import User
from app.modules.identity.infrastructure.user import to_user, user_table
from app.platform.persistence.sql import tables
from app.platform.persistence.sql.database import Database

refresh_token_table = sa.Table(
    "identity_refresh_tokens",
    tables.metadata,
    sa.Column("fingerprint", sa.String(64), primary_key=True),
    sa.Column("family_id", sa.Uuid(), nullable=False, index=True),
    sa.Column("user_id", sa.Uuid(), nullable=False, index=True),
    sa.Column("expires_at", tables.Timestamp(), nullable=False),
    sa.Column("used", sa.Boolean(), nullable=False),
    info={"module": "identity"},
)

# Made once, as every request sends it. A session lives as long as the family of its tokens.
_user_of_session = sa.select(user_table).where(
    user_table.c.id == sa.bindparam("user_id"),
    sa.exists().where(
        refresh_token_table.c.family_id == sa.bindparam("session_id"),
        refresh_token_table.c.user_id == user_table.c.id,
    ),
)


class SqlRefreshTokenRepository:
    """Refresh tokens, a row each; the used ones stay, so that a second use is noticed."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._columns = refresh_token_table.c

    async def add(self, token: RefreshToken) -> None:
        async with self._database.transaction() as connection:
            await connection.execute(refresh_token_table.insert().values(asdict(token)))

    async def get(self, fingerprint: str) -> RefreshToken | None:
        query = sa.select(refresh_token_table).where(self._columns.fingerprint == fingerprint)
        async with self._database.reading() as connection:
            row = (await connection.execute(query)).mappings().one_or_none()
        return None if row is None else RefreshToken(**row)

    async def user_of(self, session: TokenSession) -> User | None:
        values = {"user_id": session.user_id, "session_id": session.id}
        async with self._database.reading() as connection:
            row = (await connection.execute(_user_of_session, values)).mappings().one_or_none()
        return None if row is None else to_user(row)

    async def mark_used(self, fingerprint: str) -> bool:
        change = (
            refresh_token_table.update()
            .where(self._columns.fingerprint == fingerprint, self._columns.used.is_(False))
            .values(used=True)
        )
        async with self._database.transaction() as connection:
            return (await connection.execute(change)).rowcount == 1

    async def remove_family(self, family_id: UUID) -> None:
        await self._remove(self._columns.family_id == family_id)

    async def delete_for_user(self, user_id: UUID) -> None:
        await self._remove(self._columns.user_id == user_id)

    async def remove_expired(self, user_id: UUID, now: dt.datetime) -> None:
        await self._remove(
            sa.and_(self._columns.user_id == user_id, self._columns.expires_at <= now)
        )

    async def _remove(self, condition: sa.ColumnElement[bool]) -> None:
        async with self._database.transaction() as connection:
            await connection.execute(refresh_token_table.delete().where(condition))
