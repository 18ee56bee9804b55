"""How API keys are kept in the database."""

import datetime as dt
from dataclasses import asdict, fields
from uuid import UUID

import sqlalchemy as sa

from app.kernel.paging import Page
from app.modules.identity.domain.api_key import ApiKey
from app.modules.identity.domain.user import User
from app.modules.identity.infrastructure.user import to_user, user_table
from app.platform.persistence.sql import tables
from app.platform.persistence.sql.database import Database

api_key_table = sa.Table(
    "identity_api_keys",
    tables.metadata,
    sa.Column("id", sa.Uuid(), primary_key=True),
    sa.Column("user_id", sa.Uuid(), nullable=False, index=True),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("prefix", sa.String(12), nullable=False, unique=True),
    sa.Column("fingerprint", sa.String(64), nullable=False),
    sa.Column("scopes", sa.Text(), nullable=True),
    sa.Column("created_at", tables.Timestamp(), nullable=False),
    sa.Column("expires_at", tables.Timestamp(), nullable=True),
    sa.Column("last_used_at", tables.Timestamp(), nullable=True),
    sa.Column("revoked_at", tables.Timestamp(), nullable=True),
    info={"module": "identity"},
)

# Made once, as every request sends it.
_with_user = (
    sa.select(api_key_table, user_table)
    .join(user_table, user_table.c.id == api_key_table.c.user_id)
    .where(api_key_table.c.prefix == sa.bindparam("prefix"))
)


class SqlApiKeyRepository:
    """Keys, a row each, without their secrets."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._columns = api_key_table.c

    async def add(self, key: ApiKey) -> None:
        async with self._database.transaction() as connection:
            await connection.execute(api_key_table.insert().values(_to_row(key)))

    async def get(self, key_id: UUID) -> ApiKey | None:
        query = sa.select(api_key_table).where(self._columns.id == key_id)
        async with self._database.reading() as connection:
            row = (await connection.execute(query)).mappings().one_or_none()
        return None if row is None else _to_key(row)

    async def find(self, prefix: str) -> tuple[ApiKey, User] | None:
        async with self._database.reading() as connection:
            result = await connection.execute(_with_user, {"prefix": prefix})
            row = result.mappings().one_or_none()
        return None if row is None else (_to_key(row), to_user(row))

    async def page(self, limit: int, after: UUID | None) -> Page[ApiKey]:
        query = sa.select(api_key_table).order_by(self._columns.id).limit(limit + 1)
        if after is not None:
            query = query.where(self._columns.id > after)
        async with self._database.reading() as connection:
            rows = (await connection.execute(query)).mappings().all()
        keys = [_to_key(row) for row in rows[:limit]]
        return Page(keys, keys[-1].id if len(rows) > limit else None)

    async def replace(self, key: ApiKey) -> None:
        await self._change(key.id, **_to_row(key))

    async def note_use(self, key_id: UUID, at: dt.datetime) -> None:
        await self._change(key_id, last_used_at=at)

    async def delete_for_user(self, user_id: UUID) -> None:
        theirs = self._columns.user_id == user_id
        async with self._database.transaction() as connection:
            await connection.execute(api_key_table.delete().where(theirs))

    async def _change(self, key_id: UUID, **values: object) -> None:
        change = api_key_table.update().where(self._columns.id == key_id).values(values)
        async with self._database.transaction() as connection:
            await connection.execute(change)


def _to_row(key: ApiKey) -> dict[str, object]:
    scopes = None if key.scopes is None else " ".join(sorted(key.scopes))
    return asdict(key) | {"scopes": scopes}


def _to_key(row: sa.RowMapping) -> ApiKey:
    values = {name: row[api_key_table.c[name]] for name in _NAMES}
    scopes = values["scopes"]
    return ApiKey(**values | {"scopes": None if scopes is None else frozenset(scopes.split())})


_NAMES = [field.name for field in fields(ApiKey)]
