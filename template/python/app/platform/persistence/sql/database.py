"""Connections and transactions."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from app.kernel.errors import Conflict, Unavailable
from app.platform.persistence.sql import adapter


@dataclass(slots=True)
class _OpenTransaction:
    connection: AsyncConnection
    after_commit: list[Callable[[], Awaitable[None]]] = field(default_factory=list)


class Database:
    """The service's database, as its repositories use it.

    A transaction belongs to the task that opened it: repositories called inside it take part
    without being told, and those called outside it read, or write one statement, by themselves.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine
        # Single reads need no transaction, and a round trip less each way shows under load.
        self._reader = engine.execution_options(**adapter.WITHOUT_TRANSACTION)
        self._open: ContextVar[_OpenTransaction | None] = ContextVar("transaction", default=None)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncConnection]:
        """Join this task's transaction, or run one: kept at the end, undone on an error."""
        if current := self._open.get():
            yield current.connection
            return
        with _translated_errors():
            async with self.engine.begin() as connection:
                current = _OpenTransaction(connection)
                token = self._open.set(current)
                try:
                    yield connection
                finally:
                    self._open.reset(token)
        for callback in current.after_commit:
            await callback()

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """A connection to read with; inside a transaction it sees that transaction's changes."""
        if current := self._open.get():
            yield current.connection
            return
        with _translated_errors():
            async with self._reader.connect() as connection:
                yield connection

    @property
    def in_transaction(self) -> bool:
        """Whether this task has a transaction open."""
        return self._open.get() is not None

    async def after_commit(self, callback: Callable[[], Awaitable[None]]) -> None:
        """Call `callback` once this task's transaction is kept; at once when there is none."""
        if current := self._open.get():
            current.after_commit.append(callback)
        else:
            await callback()

    async def ping(self) -> None:
        """Return if the database answers, else raise `Unavailable`."""
        async with self.reading() as connection:
            await connection.execute(sa.select(1))

    async def close(self) -> None:
        await self.engine.dispose()


@contextmanager
def _translated_errors() -> Iterator[None]:
    """The driver's errors, in the application's words."""
    try:
        yield
    except IntegrityError as error:
        raise Conflict("This contradicts data that is already there.") from error
    except (OperationalError, InterfaceError, PoolTimeout, OSError) as error:
        raise Unavailable("The database does not answer; try again later.") from error
    except DBAPIError as error:
        if error.connection_invalidated:
            raise Unavailable("The database does not answer; try again later.") from error
        raise
