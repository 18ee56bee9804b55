"""Records as rows of a table."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, Generic, TypeVar

import sqlalchemy as sa

from app.kernel.errors import Conflict
from app.kernel.paging import Page
from app.platform.persistence.record_types import RecordT, RecordType
from app.platform.persistence.sql import adapter
from app.platform.persistence.sql.database import Database, Values

OtherT = TypeVar("OtherT")
Names = tuple[str, ...]


class SqlRecords(Generic[RecordT]):
    """Records of one type, a row each; the port is `app.platform.persistence.Records`.

    A statement is built once for each combination of fields, because building one takes longer
    than sending it. The driver prepares it once for each connection.
    """

    def __init__(
        self,
        database: Database,
        record_type: RecordType[RecordT],
        table_of: Callable[[RecordType[Any]], sa.Table],
    ) -> None:
        self._database = database
        self._type = record_type
        self._table_of = table_of
        self._table = table_of(record_type)
        self._columns = self._table.c
        self._names = [field.name for field in record_type.fields]
        self._keys = [self._columns[name] for name in record_type.key]
        self._changing = tuple(name for name in self._names if name not in record_type.key)
        self._all = sa.select(*(self._columns[name] for name in self._names))
        self._insert = self._table.insert()
        self._first = cache(self._build_first)
        self._first_locked = cache(self._build_first_locked)
        self._first_with = cache(self._build_first_with)
        self._find = cache(self._build_find)
        self._page = cache(self._build_page)
        self._update = cache(self._build_update)
        self._delete = cache(self._build_delete)

    async def add(self, record: RecordT) -> None:
        await self._write(self._insert, self._row(record))

    async def add_many(self, records: Sequence[RecordT]) -> None:
        if records:
            await self._write(self._insert, [self._row(record) for record in records])

    async def import_many(self, records: Sequence[RecordT]) -> None:
        rows = [self._row(record) for record in records]
        async with self._database.writing() as connection:
            await adapter.insert_many(connection, self._table, rows)

    async def first(self, **equal: object) -> RecordT | None:
        rows = await self._database.fetch(self._first(tuple(equal)), _matching(equal))
        return self._record(rows[0]) if rows else None

    async def first_for_update(self, **equal: object) -> RecordT | None:
        rows = await self._database.fetch(self._first_locked(tuple(equal)), _matching(equal))
        return self._record(rows[0]) if rows else None

    async def first_with(
        self, other: RecordType[OtherT], via: str, /, **equal: object
    ) -> tuple[RecordT, OtherT | None] | None:
        query = self._first_with(other, via, tuple(equal))
        rows = await self._database.fetch(query, _matching(equal))
        if not rows:
            return None
        width = len(self._names)
        values = dict(zip((field.name for field in other.fields), rows[0][width:], strict=True))
        found = None if values[other.key[0]] is None else _read(other, values)
        return self._record(rows[0][:width]), found

    async def find(self, **equal: object) -> list[RecordT]:
        rows = await self._database.fetch(self._find(tuple(equal)), _matching(equal))
        return [self._record(row) for row in rows]

    async def page(self, limit: int, after: Any | None, /, **equal: object) -> Page[RecordT]:
        query = self._page(tuple(equal), after is not None)
        # One row more than asked for tells if a page follows.
        start = {} if after is None else {"after": after}
        values = {"limit": limit + 1, **start, **_matching(equal)}
        rows = await self._database.fetch(query, values)
        items = [self._record(row) for row in rows[:limit]]
        last = getattr(items[-1], self._type.key[0]) if len(rows) > limit else None
        return Page(items, last)

    async def replace(self, record: RecordT, /, **expected: object) -> bool:
        row = self._row(record)
        expected = {name: row[name] for name in self._type.key} | expected
        changes = {name: row[name] for name in self._changing}
        return await self.update(changes, **expected) > 0

    async def update(
        self, changes: Mapping[str, object], increment: str = "", /, **equal: object
    ) -> int:
        statement = self._update(tuple(changes), increment, tuple(equal))
        new = {f"new_{name}": value for name, value in changes.items()}
        return await self._write(statement, {**new, **_matching(equal)})

    async def delete(self, **equal: object) -> int:
        return await self._write(self._delete(tuple(equal)), _matching(equal))

    async def delete_expired(
        self, limits: Mapping[str, datetime], at_most: int | None = None, /, **equal: object
    ) -> int:
        expired = sa.or_(*(self._columns[name] <= limit for name, limit in limits.items()))
        condition = sa.and_(*self._matches(tuple(equal)), expired)
        values = _matching(equal)
        if at_most is None:
            return await self._write(self._table.delete().where(condition), values)
        (key,) = self._keys
        oldest = sa.select(key).where(condition).order_by(*(self._columns[name] for name in limits))
        rows = await self._database.fetch(oldest.limit(at_most), values)
        if not rows:
            return 0
        # By their keys: a range of times is locked to its end, where other requests write.
        chosen = key.in_([row[0] for row in rows])
        return await self._write(self._table.delete().where(chosen, condition), values)

    async def keys_for_update(self, **equal: object) -> Sequence[Any]:
        (key,) = self._keys
        query = sa.select(key).where(*self._matches(tuple(equal))).with_for_update()
        return [row[0] for row in await self._database.fetch(query, _matching(equal))]

    async def count(self, **equal: object) -> int:
        query = sa.select(sa.func.count()).select_from(self._table)
        rows = await self._database.fetch(
            query.where(*self._matches(tuple(equal))), _matching(equal)
        )
        return int(rows[0][0])

    async def highest(self, field: str, below: Any) -> Any | None:
        column = self._columns[field]
        rows = await self._database.fetch(sa.select(sa.func.max(column)).where(column < below))
        return rows[0][0]

    async def _write(self, statement: sa.Insert | sa.Update | sa.Delete, values: Values) -> int:
        try:
            return await self._database.execute(statement, values)
        except Conflict as error:
            raise Conflict(self._type.conflict) from error

    def _build_first(self, names: Names) -> sa.Select[Any]:
        query = self._all.where(*self._matches(names))
        return query if self._identify_one(names) else query.limit(1)

    def _build_first_locked(self, names: Names) -> sa.Select[Any]:
        return self._build_first(names).with_for_update()

    def _build_first_with(self, other: RecordType[Any], via: str, names: Names) -> sa.Select[Any]:
        table = self._table_of(other)
        (key,) = (table.c[name] for name in other.key)
        query = (
            self._all.add_columns(*(table.c[field.name] for field in other.fields))
            .select_from(self._table.outerjoin(table, key == self._columns[via]))
            .where(*self._matches(names))
        )
        return query if self._identify_one(names) else query.limit(1)

    def _build_find(self, names: Names) -> sa.Select[Any]:
        return self._all.where(*self._matches(names))

    def _build_page(self, names: Names, follows: bool) -> sa.Select[Any]:
        (key,) = self._keys
        query = self._all.where(*self._matches(names)).order_by(key).limit(sa.bindparam("limit"))
        return query.where(key > sa.bindparam("after")) if follows else query

    def _build_update(self, changed: Names, increment: str, names: Names) -> sa.Update:
        values: dict[str, Any] = {name: sa.bindparam(f"new_{name}") for name in changed}
        if increment:
            values[increment] = self._columns[increment] + 1
        return self._table.update().where(*self._matches(names)).values(values)

    def _build_delete(self, names: Names) -> sa.Delete:
        return self._table.delete().where(*self._matches(names))

    def _matches(self, names: Names) -> list[sa.ColumnElement[bool]]:
        return [self._columns[name] == sa.bindparam(f"is_{name}") for name in names]

    def _identify_one(self, names: Names) -> bool:
        return set(self._type.key) <= set(names) or not {*self._type.unique}.isdisjoint(names)

    def _row(self, record: RecordT) -> dict[str, Any]:
        return {name: getattr(record, name) for name in self._names}

    def _record(self, row: Sequence[Any]) -> RecordT:
        return _read(self._type, dict(zip(self._names, row, strict=True)))


def _matching(equal: Mapping[str, object]) -> dict[str, Any]:
    return {f"is_{name}": value for name, value in equal.items()}


def _read(record_type: RecordType[RecordT], values: dict[str, Any]) -> RecordT:
    record = record_type.record(**values)
    return record if record_type.on_read is None else record_type.on_read(record)
