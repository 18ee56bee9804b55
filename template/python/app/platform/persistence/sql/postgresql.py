"""PostgreSQL, by way of asyncpg."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from app.platform.persistence.decimals import PRECISION, SCALE, plain

SCHEME = "postgresql"
CONNECT_TIMEOUT_SECONDS = 5
POOL_TIMEOUT_SECONDS = 5
MIGRATION_LOCK = 4_205_713
CREATION_LOCK = 4_205_714
UNAVAILABLE = ("57P", "53300")  # the server starts, stops or has no connection left (SQLSTATE)
DEADLOCK = ("40001", "40P01")  # the server has ended this transaction for the sake of another
WITHOUT_TRANSACTION = {"isolation_level": "AUTOCOMMIT"}
TRANSACTIONAL_DDL = True
# The schema and the name of each table, for a connection to the database.
TABLES = (
    "SELECT schemaname, tablename FROM pg_tables "
    r"WHERE schemaname <> 'information_schema' AND schemaname NOT LIKE 'pg\_%'"
)


class Timestamp(sa.TypeDecorator[Any]):
    """An instant, stored and returned in UTC."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True


class ExactDecimal(sa.TypeDecorator[Decimal]):
    """An exact decimal."""

    impl = sa.Numeric(PRECISION, SCALE)
    cache_ok = True

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> Decimal | None:
        return None if value is None else plain(value)


def create_engine(
    url: str, pool_size: int = 5, timeout_seconds: float | None = None
) -> AsyncEngine:
    """Return an engine for `postgresql://user:password@host/database`.

    A statement takes `timeout_seconds` at most: an unresponsive server counts as unavailable.
    """
    engine = create_async_engine(
        sa.make_url(url).set(drivername="postgresql+asyncpg"),
        hide_parameters=True,  # errors are logged, and parameters may be secrets
        pool_size=pool_size,
        max_overflow=0,  # waiting for a connection is cheaper than opening one
        pool_timeout=POOL_TIMEOUT_SECONDS,
        connect_args={"timeout": CONNECT_TIMEOUT_SECONDS, "command_timeout": timeout_seconds},
    )

    @sa.event.listens_for(engine.sync_engine, "checkout")
    def replace_if_closed(connection: Any, *_: Any) -> None:
        # The driver knows when the server has closed the connection. A query each time, as
        # `pool_pre_ping` makes, would take longer than most queries.
        if connection.driver_connection.is_closed():
            raise sa.exc.DisconnectionError

    @sa.event.listens_for(engine.sync_engine, "handle_error")
    def recognise(context: sa.engine.ExceptionContext) -> None:
        original = context.original_exception
        sqlstate = getattr(original, "sqlstate", None) or ""
        if sqlstate.startswith(UNAVAILABLE) or isinstance(original, TimeoutError):
            context.is_disconnect = True
        if sqlstate in DEADLOCK:
            raise sa.exc.OperationalError(context.statement, None, original)

    return engine


@contextmanager
def migrating(connection: sa.Connection) -> Iterator[None]:
    """Run a transaction that excludes the migrations of other processes."""
    with connection.begin():
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(MIGRATION_LOCK)))
        yield


async def insert_many(
    connection: AsyncConnection, table: sa.Table, rows: list[dict[str, Any]]
) -> None:
    """Add many rows at once by COPY, which takes a fraction of the time of INSERT."""
    await connection.execute(sa.text("SELECT 1"))  # makes the driver begin the transaction
    driver: Any = (await connection.get_raw_connection()).driver_connection
    await driver.copy_records_to_table(
        table.name, columns=list(rows[0]), records=[tuple(row.values()) for row in rows]
    )


async def ensure_database(url: str) -> None:
    """Create the database that `url` names if it does not exist."""
    name = sa.make_url(url).database or ""
    async with _server(url) as connection:
        # Held until the connection closes: one of two concurrent CREATE DATABASE would fail.
        await connection.execute(sa.select(sa.func.pg_advisory_lock(CREATION_LOCK)))
        known = sa.text("SELECT 1 FROM pg_database WHERE datname = :name")
        if not await connection.scalar(known, {"name": name}):
            await connection.execute(sa.text(f"CREATE DATABASE {_quoted(connection, name)}"))


async def drop_database(url: str) -> None:
    """Drop the database that `url` names and everything in it."""
    name = sa.make_url(url).database or ""
    async with _server(url) as connection:
        await connection.execute(
            sa.text(f"DROP DATABASE IF EXISTS {_quoted(connection, name)} WITH (FORCE)")
        )


@asynccontextmanager
async def _server(url: str) -> AsyncIterator[AsyncConnection]:
    """Open a connection to the server of `url`, outside the database of the service."""
    elsewhere = sa.make_url(url).set(database="postgres")
    engine = create_engine(elsewhere.render_as_string(hide_password=False))
    try:
        async with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
            yield connection
    finally:
        await engine.dispose()


def _quoted(connection: AsyncConnection, name: str) -> str:
    return connection.dialect.identifier_preparer.quote(name)
