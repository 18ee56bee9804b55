"""Made-up rows to develop and try things with."""

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid5

import sqlalchemy as sa

from app.kernel.ports import Clock, IdGenerator
from app.platform.persistence import tables
from app.platform.persistence.database import Database

BATCH_SIZE = 1000
EPOCH = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
NAMESPACE = UUID(int=0)


class Seeder:
    """Fills the tables of entities; its rows all belong to one user, by whom they are known."""

    def __init__(self, database: Database, clock: Clock, new_id: IdGenerator) -> None:
        self._database = database
        self._clock = clock
        self._new_id = new_id

    async def seed(self, owner_id: UUID, count: int) -> dict[str, int]:
        """Add rows to each table until the owner has `count` there; returns how many were added."""
        added = {}
        for table in tables.metadata.sorted_tables:
            if "owner_id" in table.c:
                added[table.name] = await self._fill(table, owner_id, count)
        return added

    async def _fill(self, table: sa.Table, owner_id: UUID, count: int) -> int:
        owned = sa.select(sa.func.count()).select_from(table).where(table.c.owner_id == owner_id)
        async with self._database.transaction() as connection:
            there = await connection.scalar(owned) or 0
            for first in range(there, count, BATCH_SIZE):
                numbers = range(first, min(first + BATCH_SIZE, count))
                await connection.execute(table.insert(), list(self._rows(table, owner_id, numbers)))
        return max(0, count - there)

    def _rows(self, table: sa.Table, owner_id: UUID, numbers: range) -> Iterator[dict[str, Any]]:
        now = self._clock()
        common = {"owner_id": owner_id, "created_at": now, "updated_at": now, "version": 1}
        own = [column for column in table.columns if column.name not in {"id", *common}]
        for number in numbers:
            values = {column.name: _sample(column, number) for column in own}
            yield {"id": self._new_id(), **common, **values}


def _sample(column: sa.Column[Any], number: int) -> Any:
    """A value for `column`: another for each number, and the same for the same."""
    kind = column.type
    if isinstance(kind, tables.Timestamp):
        return EPOCH + dt.timedelta(minutes=number)
    if isinstance(kind, tables.ExactDecimal):
        return Decimal(number) + Decimal("0.99")
    if isinstance(kind, sa.String) and kind.length == tables.EMAIL_LENGTH:
        return f"{column.name}-{number + 1}@example.com"
    samples: dict[type[Any], Any] = {
        bool: number % 2 == 0,
        int: number,
        float: number + 0.5,
        dt.date: (EPOCH + dt.timedelta(days=number % 100_000)).date(),
        UUID: uuid5(NAMESPACE, str(number)),
        str: f"{column.name.replace('_', ' ').capitalize()} {number + 1}",
    }
    return samples[kind.python_type]
