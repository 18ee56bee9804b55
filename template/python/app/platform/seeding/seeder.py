"""Fills the tables of entities."""

from collections.abc import AsyncIterator
from uuid import UUID

import sqlalchemy as sa

from app.kernel.ports import Clock, IdGenerator
from app.platform.persistence.sql import adapter, tables
from app.platform.persistence.sql.database import Database
from app.platform.seeding.samples import Sample, ceiling, sample

# EntityT batch by batch: what is there when somebody interrupts counts the next time.
BATCH_SIZE = 5000


class Seeder:
    """Adds rows that all belong to one user, by whom they are known."""

    def __init__(
        self, database: Database, clock: Clock, new_id: IdGenerator, owner_id: UUID
    ) -> None:
        self._database = database
        self._clock = clock
        self._new_id = new_id
        self._owner_id = owner_id

    def tables(self) -> list[sa.Table]:
        """The tables of entities."""
        return [table for table in tables.metadata.sorted_tables if "owner_id" in table.c]

    async def missing(self, table: sa.Table, count: int) -> int:
        """How many rows the owner lacks there of `count`."""
        rows = sa.select(sa.func.count()).select_from(table)
        async with self._database.reading() as connection:
            there = await connection.scalar(rows.where(table.c.owner_id == self._owner_id))
        return max(0, count - (there or 0))

    async def fill(self, table: sa.Table, count: int) -> AsyncIterator[int]:
        """Add `count` rows; yields how many it has just added."""
        now = self._clock()
        common = {"owner_id": self._owner_id, "created_at": now, "updated_at": now, "version": 1}
        samples = await self._samples(table, skip={"id", *common})
        for first in range(0, count, BATCH_SIZE):
            numbers = range(first, min(first + BATCH_SIZE, count))
            rows = [
                {"id": self._new_id(), **common}
                | {name: values(number) for name, values in samples.items()}
                for number in numbers
            ]
            async with self._database.transaction() as connection:
                await adapter.insert_many(connection, table, rows)
            yield len(rows)

    async def _samples(self, table: sa.Table, skip: set[str]) -> dict[str, Sample]:
        now = self._clock()
        own = [column for column in table.columns if column.name not in skip]
        async with self._database.reading() as connection:
            highest = {
                column.name: await connection.scalar(
                    sa.select(sa.func.max(column)).where(column < ceiling(column))
                )
                for column in own
                if column.unique and not isinstance(column.type, sa.Uuid | sa.String)
            }
        return {column.name: sample(column, now, highest.get(column.name)) for column in own}
