"""Ports of a store: what repositories need of the database, in terms of no product."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol, TypeVar

from app.kernel.errors import ApplicationError, Unavailable
from app.kernel.paging import Page
from app.platform.persistence.record_types import RecordT, RecordType

OtherT = TypeVar("OtherT")


class DatabaseError(ApplicationError):
    """Failure of a command to use the database or to migrate it."""


class OutdatedSchema(Unavailable):
    """Lack of migrations that the code needs."""


class Records(Protocol[RecordT]):
    """Records of one type.

    Keyword arguments are fields and the values that they must have; None matches nothing.
    """

    async def add(self, record: RecordT) -> None:
        """Add a record; `Conflict` if its key or a unique value is taken."""

    async def add_many(self, records: Sequence[RecordT]) -> None:
        """Add records; `Conflict` if a key or a unique value is taken."""

    async def import_many(self, records: Sequence[RecordT]) -> None:
        """Add records by the fastest way there is; their unique values must be free."""

    async def first(self, **equal: object) -> RecordT | None:
        """Return the first record that matches, or None."""

    async def first_for_update(self, **equal: object) -> RecordT | None:
        """Return the first record that matches, locked until this task's transaction ends."""

    async def first_with(
        self, other: RecordType[OtherT], via: str, /, **equal: object
    ) -> tuple[RecordT, OtherT | None] | None:
        """Return the first record that matches, with the one that its field `via` refers to.

        One statement reads both, since every authenticated request needs it.
        """

    async def find(self, **equal: object) -> list[RecordT]:
        """Return the records that match."""

    async def page(self, limit: int, after: Any | None, /, **equal: object) -> Page[RecordT]:
        """Return up to `limit` records that match and whose keys come after `after`."""

    async def replace(self, record: RecordT, /, **expected: object) -> bool:
        """Replace the record with the same key; False if none is there with `expected` values."""

    async def update(
        self, changes: Mapping[str, object], increment: str = "", /, **equal: object
    ) -> int:
        """Change fields, and add 1 to the field `increment`; return the number of records changed.

        This is a compare-and-set: of several concurrent callers that expect a value and change it,
        one succeeds.
        """

    async def delete(self, **equal: object) -> int:
        """Delete the records that match; return their number."""

    async def delete_expired(
        self, limits: Mapping[str, datetime], at_most: int | None = None, /, **equal: object
    ) -> int:
        """Delete the records that match and have reached one of the limits; return their number.

        With `at_most`, delete no more than that, the oldest first.
        """

    async def keys_for_update(self, **equal: object) -> Sequence[Any]:
        """Return the keys of the records that match, locked until this task's transaction ends."""

    async def count(self, **equal: object) -> int:
        """Return the number of records that match."""

    async def highest(self, field: str, below: Any) -> Any | None:
        """Return the highest value of a field that is less than `below`, or None."""


class Store(Protocol):
    """Database of the service.

    A transaction belongs to the task that opened it. Repositories called inside take part in it;
    outside, each read or write is a transaction of its own.
    """

    @property
    def record_types(self) -> Sequence[RecordType[Any]]:
        """Record types whose records are in use."""

    @property
    def in_transaction(self) -> bool:
        """True while this task has a transaction open."""

    def records(self, record_type: RecordType[RecordT]) -> Records[RecordT]: ...

    def transaction(self) -> AbstractAsyncContextManager[object]:
        """Join this task's transaction, or run one: committed at the end, undone on an error."""

    async def after_commit(self, callback: Callable[[], Awaitable[None]]) -> None:
        """Call `callback` once this task's transaction is committed; at once without one."""

    async def ping(self) -> None:
        """Return if the database answers, else raise `Unavailable`."""

    async def check_schema(self) -> None:
        """Return if the database has the migrations of this code, else raise `OutdatedSchema`."""

    async def migrate(self) -> None:
        """Run every migration that the database lacks, one process at a time."""

    async def downgrade(self, revision: str) -> None:
        """Undo migrations down to `revision`, such as `base` or `catalog@base`."""

    async def missing_migrations(self) -> str:
        """Return the differences between the record types and the migrations, a line each."""

    async def write_migrations(self, message: str) -> list[Path]:
        """Write the migrations that are missing, one for each module; return their files."""

    async def has_records(self) -> bool:
        """Return whether the database holds a record of any type."""

    async def close(self) -> None: ...
