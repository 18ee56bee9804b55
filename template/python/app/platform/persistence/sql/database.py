"""Connections, transactions and statements."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from app.platform.persistence.sql import adapter
from app.platform.persistence.sql.errors import translated_errors

Values = Mapping[str, Any] | Sequence[Mapping[str, Any]] | None


@dataclass(slots=True)
class _OpenTransaction:
    connection: AsyncConnection
    after_commit: list[Callable[[], Awaitable[None]]] = field(default_factory=list)


class Database:
    """Relational database in which each task has its own transaction, or none."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine
        # A single read needs no transaction: that saves a round trip before and after it.
        self._reader = engine.execution_options(**adapter.WITHOUT_TRANSACTION)
        self._open: ContextVar[_OpenTransaction | None] = ContextVar("transaction", default=None)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[None]:
        if self.in_transaction:
            yield
            return
        async with AsyncExitStack() as stack:
            with translated_errors():
                connection = await stack.enter_async_context(self.engine.connect())
                await connection.begin()
            current = _OpenTransaction(connection)
            token = self._open.set(current)
            try:
                yield
            finally:
                self._open.reset(token)
            # Skipped after an error: the connection rolls back when it closes.
            with translated_errors():
                await connection.commit()
        for callback in current.after_commit:
            await callback()

    @property
    def in_transaction(self) -> bool:
        return self._open.get() is not None

    async def after_commit(self, callback: Callable[[], Awaitable[None]]) -> None:
        if current := self._open.get():
            current.after_commit.append(callback)
        else:
            await callback()

    async def fetch(self, query: sa.Executable, values: Values = None) -> Sequence[sa.Row[Any]]:
        """Return the rows of a query, which sees the changes of this task's transaction."""
        with translated_errors():
            if current := self._open.get():
                return (await current.connection.execute(query, values)).all()
            async with self._reader.connect() as connection:
                return (await connection.execute(query, values)).all()

    async def execute(self, statement: sa.Executable, values: Values = None) -> int:
        """Run a statement that writes; return the number of rows that it matched."""
        async with self.writing() as connection:
            return (await connection.execute(statement, values)).rowcount

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        """Provide the connection of this task's transaction, or of a new one."""
        async with self.transaction():
            current = self._open.get()
            assert current is not None  # noqa: S101 (`transaction` has just set it)
            with translated_errors():
                yield current.connection

    async def ping(self) -> None:
        await self.fetch(sa.select(1))

    async def close(self) -> None:
        await self.engine.dispose()
