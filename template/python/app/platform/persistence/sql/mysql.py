"""MySQL 8 and MariaDB, by way of asyncmy."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.mysql import DATETIME
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from app.platform.persistence.decimals import PRECISION, SCALE, plain

SCHEME = "mysql"
CONNECT_TIMEOUT_SECONDS = 5
POOL_TIMEOUT_SECONDS = 5
MIGRATION_LOCK_TIMEOUT_SECONDS = 3600
# Texts differ if any character does, including case, accents and trailing spaces.
COLLATIONS = {"mysql": "utf8mb4_0900_bin", "mariadb": "utf8mb4_nopad_bin"}
UNAVAILABLE = (1040, 1053)  # the server has no connection left, or shuts down
WITHOUT_TRANSACTION = {"without_transaction": True}
TRANSACTIONAL_DDL = False
# The schema and the name of each table, for a connection to the database.
TABLES = (
    "SELECT table_schema, table_name FROM information_schema.tables "
    "WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE'"
)


class Timestamp(sa.TypeDecorator[dt.datetime]):
    """An instant to the microsecond, stored in UTC whatever the server's time zone."""

    impl = DATETIME(fsp=6)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: sa.Dialect) -> Any:
        return None if value is None else value.astimezone(dt.UTC).replace(tzinfo=None)

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> dt.datetime | None:
        return None if value is None else value.replace(tzinfo=dt.UTC)


class ExactDecimal(sa.TypeDecorator[Decimal]):
    """An exact decimal."""

    impl = sa.Numeric(PRECISION, SCALE)
    cache_ok = True

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> Decimal | None:
        return None if value is None else plain(value)


def create_engine(
    url: str, pool_size: int = 5, timeout_seconds: float | None = None
) -> AsyncEngine:
    """Return an engine for `mysql://user:password@host/database`.

    A statement takes `timeout_seconds` at most: an unresponsive server counts as unavailable.
    """
    engine = create_async_engine(
        sa.make_url(url).set(drivername="mysql+asyncmy"),
        hide_parameters=True,  # errors are logged, and parameters may be secrets
        pool_size=pool_size,
        max_overflow=0,  # waiting for a connection is cheaper than opening one
        pool_timeout=POOL_TIMEOUT_SECONDS,
        pool_pre_ping=True,
        connect_args={
            "autocommit": True,
            "charset": "utf8mb4",
            "connect_timeout": CONNECT_TIMEOUT_SECONDS,
            "read_timeout": timeout_seconds,
        },
    )

    # The driver logs notes of the server, such as that primary keys have no name.
    logging.getLogger("asyncmy").setLevel(logging.ERROR)

    @sa.event.listens_for(engine.sync_engine, "connect")
    def configure(connection: Any, _: Any) -> None:
        cursor = connection.cursor()
        for statement in (
            "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED",
            # Values that do not fit are refused, never truncated.
            "SET SESSION sql_mode = CONCAT(@@sql_mode, ',STRICT_ALL_TABLES')",
            "SET SESSION innodb_lock_wait_timeout = 10",
        ):
            cursor.execute(statement)
        cursor.close()

    @sa.event.listens_for(engine.sync_engine, "begin")
    def begin(connection: sa.Connection) -> None:
        # An option of this service: SQLAlchemy's AUTOCOMMIT would query the server twice more.
        if not connection.get_execution_options().get("without_transaction"):
            connection.exec_driver_sql("BEGIN")

    @sa.event.listens_for(engine.sync_engine, "handle_error")
    def recognise_outage(context: sa.engine.ExceptionContext) -> None:
        original = context.original_exception
        if original.args and original.args[0] in UNAVAILABLE:
            context.is_disconnect = True

    return engine


@contextmanager
def migrating(connection: sa.Connection) -> Iterator[None]:
    """Run a transaction that excludes the migrations of other processes."""
    name = sa.text("LEFT(CONCAT('migrations:', SHA2(DATABASE(), 256)), 64)")
    with connection.begin():
        lock = sa.func.get_lock(name, MIGRATION_LOCK_TIMEOUT_SECONDS)
        if connection.scalar(sa.select(lock)) != 1:
            raise TimeoutError("another process has been migrating the database for an hour")
    try:
        with connection.begin():
            yield
    finally:
        # The lock belongs to the connection, which returns to the pool.
        with connection.begin():
            connection.execute(sa.select(sa.func.release_lock(name)))


async def insert_many(
    connection: AsyncConnection, table: sa.Table, rows: list[dict[str, Any]]
) -> None:
    """Add many rows at once."""
    await connection.execute(table.insert(), rows)


async def ensure_database(url: str) -> None:
    """Create the database that `url` names if it does not exist.

    Set its collation in any case, so that new tables compare texts as other databases do.
    """
    name = sa.make_url(url).database or ""
    async with _server(url) as connection:
        dialect = connection.dialect
        collation = COLLATIONS["mariadb" if dialect.is_mariadb else "mysql"]  # type: ignore[attr-defined]
        quoted = dialect.identifier_preparer.quote(name)
        character_set = f"CHARACTER SET utf8mb4 COLLATE {collation}"
        known = sa.text(
            "SELECT default_collation_name FROM information_schema.schemata "
            "WHERE schema_name = :name"
        )
        current = await connection.scalar(known, {"name": name})
        if current is None:
            create = f"CREATE DATABASE IF NOT EXISTS {quoted} {character_set}"
            await connection.execute(sa.text(create))
        elif current != collation:
            await connection.execute(sa.text(f"ALTER DATABASE {quoted} {character_set}"))


async def drop_database(url: str) -> None:
    """Drop the database that `url` names and everything in it."""
    name = sa.make_url(url).database or ""
    async with _server(url) as connection:
        quoted = connection.dialect.identifier_preparer.quote(name)
        await connection.execute(sa.text(f"DROP DATABASE IF EXISTS {quoted}"))


@asynccontextmanager
async def _server(url: str) -> AsyncIterator[AsyncConnection]:
    """Open a connection to the server of `url`, outside any database."""
    elsewhere = sa.make_url(url).set(database="")
    engine = create_engine(elsewhere.render_as_string(hide_password=False))
    try:
        async with engine.execution_options(**WITHOUT_TRANSACTION).connect() as connection:
            yield connection
    finally:
        await engine.dispose()
