"""Store of records in a relational database."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from app.platform.persistence.ports import OutdatedSchema, Store
from app.platform.persistence.record_types import RecordT, RecordType
from app.platform.persistence.sql import adapter
from app.platform.persistence.sql.database import Database
from app.platform.persistence.sql.errors import translated_errors, unusable_database
from app.platform.persistence.sql.migrations import Migrations, current_revisions
from app.platform.persistence.sql.records import SqlRecords
from app.platform.persistence.sql.tables import create_metadata, create_table


class SqlStore(Database):
    """Database with a table for each record type; the port is `app.platform.persistence.Store`.

    A query that records do not offer is written in SQL by the module that needs it, in
    `app/modules/<module>/infrastructure/sql.py`, the one place beside this folder that may import
    SQLAlchemy:

        class ProductStatistics:
            def __init__(self, store: Store) -> None:
                self._database = sql_store(store)
                self._products = self._database.table(PRODUCTS)

            async def average_price(self) -> Decimal | None:
                query = sa.select(sa.func.avg(self._products.c.price))
                return (await self._database.fetch(query))[0][0]
    """

    def __init__(self, engine: AsyncEngine) -> None:
        super().__init__(engine)
        self._types: dict[str, RecordType[Any]] = {}
        self.metadata = create_metadata()
        self._migrations = Migrations(engine, self.metadata)

    @property
    def record_types(self) -> Sequence[RecordType[Any]]:
        return list(self._types.values())

    def records(self, record_type: RecordType[RecordT]) -> SqlRecords[RecordT]:
        return SqlRecords(self, record_type, self.table)

    def table(self, record_type: RecordType[Any]) -> sa.Table:
        """Return the table of a record type."""
        known = self._types.setdefault(record_type.name, record_type)
        if known is not record_type:
            raise ValueError(f"Two record types are called {record_type.name}.")
        if record_type.name not in self.metadata.tables:
            create_table(record_type, self.metadata)
        return self.metadata.tables[record_type.name]

    async def check_schema(self) -> None:
        with translated_errors():
            async with self._reader.connect() as connection:
                current = await connection.run_sync(current_revisions)
        if self._migrations.are_missing(current):
            raise OutdatedSchema("The database lacks migrations; run `app migrate` first.")

    async def migrate(self) -> None:
        with unusable_database():
            await self._migrations.upgrade()

    async def downgrade(self, revision: str) -> None:
        with unusable_database():
            await self._migrations.downgrade(revision)

    async def missing_migrations(self) -> str:
        with unusable_database():
            return await self._migrations.difference()

    async def write_migrations(self, message: str) -> list[Path]:
        with unusable_database():
            return await self._migrations.write_missing(message)

    async def has_records(self) -> bool:
        """Return whether a table has rows, except that of the migrations."""
        with unusable_database():
            for row in await self.fetch(sa.text(adapter.TABLES)):
                schema, name = tuple(row)
                rows = sa.select(sa.literal(1)).select_from(sa.table(name, schema=schema)).limit(1)
                if name != "alembic_version" and await self.fetch(rows):
                    return True
        return False


def sql_store(store: Store) -> SqlStore:
    """Return the service's store for the SQL of a module."""
    return cast(SqlStore, store)
