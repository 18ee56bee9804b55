"""How sessions are kept in the database."""

import datetime as dt
from dataclasses import asdict, fields
from uuid import UUID

import sqlalchemy as sa

from app.modules.identity.domain.session import Session
from app.modules.identity.domain.user import User
from app.modules.identity.infrastructure.user import to_user, user_table
from app.platform.persistence.sql import tables
from app.platform.persistence.sql.database import Database

session_table = sa.Table(
    "identity_sessions",
    tables.metadata,
    sa.Column("fingerprint", sa.String(64), primary_key=True),
    sa.Column("user_id", sa.Uuid(), nullable=False, index=True),
    sa.Column("last_used_at", tables.Timestamp(), nullable=False),
    sa.Column("expires_at", tables.Timestamp(), nullable=False),
    info={"module": "identity"},
)

# Made once, as every request sends it.
_with_user = (
    sa.select(session_table, user_table)
    .join(user_table, user_table.c.id == session_table.c.user_id)
    .where(session_table.c.fingerprint == sa.bindparam("fingerprint"))
)


class SqlSessionRepository:
    """Sessions, a row each, until they are ended or the user's next login sweeps them out."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._columns = session_table.c

    async def add(self, session: Session) -> None:
        async with self._database.transaction() as connection:
            await connection.execute(session_table.insert().values(asdict(session)))

    async def get(self, fingerprint: str) -> tuple[Session, User] | None:
        values = {"fingerprint": fingerprint}
        async with self._database.reading() as connection:
            row = (await connection.execute(_with_user, values)).mappings().one_or_none()
        if row is None:
            return None
        return Session(**{name: row[self._columns[name]] for name in _NAMES}), to_user(row)

    async def note_use(self, fingerprint: str, at: dt.datetime) -> None:
        change = (
            session_table.update()
            .where(self._columns.fingerprint == fingerprint)
            .values(last_used_at=at)
        )
        async with self._database.transaction() as connection:
            await connection.execute(change)

    async def remove(self, fingerprint: str) -> None:
        await self._remove(self._columns.fingerprint == fingerprint)

    async def delete_for_user(self, user_id: UUID) -> None:
        await self._remove(self._columns.user_id == user_id)

    async def remove_expired(
        self, user_id: UUID, now: dt.datetime, unused_since: dt.datetime
    ) -> None:
        ended = sa.or_(self._columns.expires_at <= now, self._columns.last_used_at <= unused_since)
        await self._remove(sa.and_(self._columns.user_id == user_id, ended))

    async def _remove(self, condition: sa.ColumnElement[bool]) -> None:
        async with self._database.transaction() as connection:
            await connection.execute(session_table.delete().where(condition))


_NAMES = [field.name for field in fields(Session)]
