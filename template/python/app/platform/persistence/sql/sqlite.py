"""SQLite: a file beside the service, nothing to install."""

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
    """An instant, kept in UTC; SQLite itself knows no time zones."""

    impl = sa.DateTime
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: sa.Dialect) -> Any:
        return None if value is None else value.astimezone(dt.UTC).replace(tzinfo=None)

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> dt.datetime | None:
        return None if value is None else value.replace(tzinfo=dt.UTC)


class ExactDecimal(sa.TypeDecorator[Decimal]):
    """A decimal kept as a whole number of its last place; SQLite itself would round it."""

    impl = sa.BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: sa.Dialect) -> Any:
        return None if value is None else int(value.scaleb(SCALE))

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> Decimal | None:
        return None if value is None else plain(Decimal(value).scaleb(-SCALE))


def create_engine(
    url: str, pool_size: int = 5, timeout_seconds: float | None = None
) -> AsyncEngine:
    """An engine for `sqlite:///path/to/file.db`.

    A writer waits `timeout_seconds` for another to finish.
    """
    engine = create_async_engine(
        sa.make_url(url).set(drivername="sqlite+aiosqlite"),
        hide_parameters=True,  # an error is logged, and they may be somebody's secrets
        pool_size=pool_size,
        max_overflow=0,
        connect_args={"timeout": timeout_seconds or PATIENT_SECONDS},
    )

    @sa.event.listens_for(engine.sync_engine, "connect")
    def configure(connection: Any, _: Any) -> None:
        # The driver must not open transactions by itself: `begin` below does, and takes the write
        # lock at once, so that two writers wait for each other instead of failing half-way.
        connection.isolation_level = None
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
            _execute(connection, f"PRAGMA {pragma}")

    @sa.event.listens_for(engine.sync_engine, "begin")
    def begin(connection: sa.Connection) -> None:
        # An option of ours: for SQLAlchemy's AUTOCOMMIT each read would call the driver twice more.
        if not connection.get_execution_options().get("without_transaction"):
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


@contextmanager
def migrating(connection: sa.Connection) -> Iterator[None]:
    """A transaction, which locks the file from its beginning, and looks away from foreign keys.

    SQLite changes a table by copying it and dropping the original, and with foreign keys that
    would delete the rows of other tables that refer to it.
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
    """Make the folder that the file will be in; SQLite makes the file."""
    if database := sa.make_url(url).database:
        Path(database).parent.mkdir(parents=True, exist_ok=True)


async def drop_database(url: str) -> None:
    """Remove the file that `url` names, and what SQLite keeps beside it."""
    if database := sa.make_url(url).database:
        for suffix in ("", "-wal", "-shm"):
            Path(f"{database}{suffix}").unlink(missing_ok=True)


def _execute(connection: Any, statement: str) -> None:
    """Run a statement on the driver's connection, outside SQLAlchemy's transactions."""
    cursor = connection.cursor()
    cursor.execute(statement)
    cursor.close()
