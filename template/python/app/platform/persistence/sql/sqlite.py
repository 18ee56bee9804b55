"""SQLite, by way of aiosqlite."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from app.platform.persistence.decimals import SCALE, plain

SCHEME = "sqlite"
PATIENT_SECONDS = 60
WITHOUT_TRANSACTION = {"without_transaction": True}
TRANSACTIONAL_DDL = True
# The schema and the name of each table, for a connection to the database.
TABLES = "SELECT NULL, name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"


class Timestamp(sa.TypeDecorator[dt.datetime]):
    """An instant, stored in UTC, because SQLite has no time zones."""

    impl = sa.DateTime
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: sa.Dialect) -> Any:
        return None if value is None else value.astimezone(dt.UTC).replace(tzinfo=None)

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> dt.datetime | None:
        return None if value is None else value.replace(tzinfo=dt.UTC)


class ExactDecimal(sa.TypeDecorator[Decimal]):
    """An exact decimal, stored as a multiple of its last place, because SQLite would round it."""

    impl = sa.BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: sa.Dialect) -> Any:
        return None if value is None else int(value.scaleb(SCALE))

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> Decimal | None:
        return None if value is None else plain(Decimal(value).scaleb(-SCALE))


def create_engine(
    url: str, pool_size: int = 5, timeout_seconds: float | None = None
) -> AsyncEngine:
    """Return an engine for `sqlite:///path/to/file.db`.

    A writer waits up to `timeout_seconds` for another.
    """
    engine = create_async_engine(
        sa.make_url(url).set(drivername="sqlite+aiosqlite"),
        hide_parameters=True,  # errors are logged, and parameters may be secrets
        pool_size=pool_size,
        max_overflow=0,
        connect_args={"timeout": timeout_seconds or PATIENT_SECONDS},
    )

    @sa.event.listens_for(engine.sync_engine, "connect")
    def configure(connection: Any, _: Any) -> None:
        # `begin` below opens transactions, not the driver. It takes the write lock at once, so
        # that two writers wait for each other instead of failing half-way.
        connection.isolation_level = None
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
            _execute(connection, f"PRAGMA {pragma}")

    @sa.event.listens_for(engine.sync_engine, "begin")
    def begin(connection: sa.Connection) -> None:
        # An option of this service: SQLAlchemy's AUTOCOMMIT would call the driver twice more.
        if not connection.get_execution_options().get("without_transaction"):
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


@contextmanager
def migrating(connection: sa.Connection) -> Iterator[None]:
    """Run a transaction that locks the file from its beginning, without foreign keys.

    SQLite changes a table by copying it and dropping the original. With foreign keys, that would
    delete the rows of other tables that refer to it.
    """
    _execute(connection.connection, "PRAGMA foreign_keys=OFF")
    try:
        with connection.begin():
            yield
    finally:
        _execute(connection.connection, "PRAGMA foreign_keys=ON")


async def insert_many(
    connection: AsyncConnection, table: sa.Table, rows: list[dict[str, Any]]
) -> None:
    """Add many rows at once."""
    await connection.execute(table.insert(), rows)


async def ensure_database(url: str) -> None:
    """Create the folder of the file that `url` names; SQLite creates the file."""
    if database := sa.make_url(url).database:
        Path(database).parent.mkdir(parents=True, exist_ok=True)


async def drop_database(url: str) -> None:
    """Remove the file that `url` names and the files that SQLite adds to it."""
    if database := sa.make_url(url).database:
        for suffix in ("", "-wal", "-shm"):
            Path(f"{database}{suffix}").unlink(missing_ok=True)


def _execute(connection: Any, statement: str) -> None:
    """Run a statement on the driver's connection, outside SQLAlchemy's transactions."""
    cursor = connection.cursor()
    cursor.execute(statement)
    cursor.close()
