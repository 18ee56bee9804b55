"""Contents of a database, read without the code under test."""

import asyncio
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from app.platform.persistence.sql import adapter

Rows = dict[str, list[str]]


def execute(url: str, *statements: str) -> None:
    """Run SQL statements in one transaction."""

    async def act(connection: AsyncConnection) -> None:
        for statement in statements:
            await connection.execute(sa.text(statement))

    _in_database(url, act)


def rows(url: str) -> Rows:
    """Return the rows of all tables, known to the code or not."""

    def read(connection: sa.Connection) -> Rows:
        found = sa.MetaData()
        found.reflect(connection)
        return {
            table.name: sorted(map(repr, connection.execute(table.select())))
            for table in found.tables.values()
        }

    contents: Rows = _in_database(url, lambda connection: connection.run_sync(read))
    return contents


def _in_database(url: str, action: Callable[[AsyncConnection], Any]) -> Any:
    async def connect_and_act() -> Any:
        engine = adapter.create_engine(url)
        try:
            async with engine.begin() as connection:
                return await action(connection)
        finally:
            await engine.dispose()

    return asyncio.run(connect_and_act())
