"""How failures to log in are counted in the database, for all processes together."""

from contextlib import suppress
from dataclasses import asdict
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from app.kernel.errors import Conflict
from app.modules.identity.domain.failed_logins import FORGOTTEN_AFTER, FailedLogins
from app.platform.persistence.sql import tables
from app.platform.persistence.sql.database import Database

failed_login_table = sa.Table(
    "identity_failed_logins",
    tables.metadata,
    sa.Column("key", sa.String(64), primary_key=True),
    sa.Column("failures", sa.Integer(), nullable=False),
    sa.Column("last_at", tables.Timestamp(), nullable=False, index=True),
    info={"module": "identity"},
)

_by_key = sa.select(failed_login_table).where(failed_login_table.c.key == sa.bindparam("key"))
_by_key_locked = _by_key.with_for_update()
_forgotten = (
    sa.select(failed_login_table.c.key)
    .where(failed_login_table.c.last_at < sa.bindparam("before"))
    .order_by(failed_login_table.c.last_at)
    .limit(10)  # more than come with each that is new
)


class SqlFailedLoginRepository:
    """Failures, a row for each account and each address that has any."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def ensure(self, key: str, now: datetime) -> None:
        if await self._get(_by_key, key) is not None:
            return
        await self._delete_forgotten(now)
        first = FailedLogins(key=key, failures=0, last_at=now)
        with suppress(Conflict):  # another request has just done the same
            async with self._database.transaction() as connection:
                await connection.execute(failed_login_table.insert().values(asdict(first)))

    async def get_for_update(self, key: str) -> FailedLogins | None:
        return await self._get(_by_key_locked, key)

    async def replace(self, failed: FailedLogins) -> None:
        table = failed_login_table
        change = table.update().where(table.c.key == failed.key).values(asdict(failed))
        async with self._database.transaction() as connection:
            await connection.execute(change)

    async def _delete_forgotten(self, now: datetime) -> None:
        before = now - FORGOTTEN_AFTER
        async with self._database.reading() as connection:
            keys = (await connection.scalars(_forgotten, {"before": before})).all()
        if not keys:
            return
        # By their keys: a range of times is locked to its end, where other requests write.
        table = failed_login_table
        forgotten = table.c.key.in_(keys) & (table.c.last_at < before)
        async with self._database.transaction() as connection:
            await connection.execute(table.delete().where(forgotten))

    async def _get(self, query: sa.Select[Any], key: str) -> FailedLogins | None:
        async with self._database.reading() as connection:
            row = (await connection.execute(query, {"key": key})).mappings().one_or_none()
        return None if row is None else FailedLogins(**row)
