"""The repository of one kind of entity, on one table."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

import sqlalchemy as sa

from app.kernel.errors import Conflict, StaleVersion
from app.kernel.paging import Page
from app.kernel.ports import Entity
from app.platform.persistence.sql.database import Database

EntityT = TypeVar("EntityT", bound=Entity)


class SqlRepository(Generic[EntityT]):
    """Keeps entities in `table`, whose columns are named like the fields of `entity`.

    Subclass it to add queries of your own; the ports are in `app.kernel.ports.Repository`.
    """

    def __init__(self, database: Database, table: sa.Table, entity: type[EntityT]) -> None:
        self._database = database
        self._table = table
        self._entity = entity
        self._names = [field.name for field in fields(entity)]  # type: ignore[arg-type]
        # Made once: to build a statement takes longer than to send it.
        self._select = sa.select(*(table.c[name] for name in self._names))
        self._by_id = self._select.where(table.c.id == sa.bindparam("id"))
        self._by_id_locked = self._by_id.with_for_update()
        self._first_page = self._select.order_by(table.c.id).limit(sa.bindparam("limit"))
        self._page_after = self._first_page.where(table.c.id > sa.bindparam("after"))
        self._is_owned = table.c.owner_id == sa.bindparam("owner_id")
        unique = [column.name for column in table.columns if column.unique]
        self._taken = f"Another one already has this {' or '.join(unique)}."

    async def add(self, entity: EntityT) -> None:
        await self._write(self._table.insert().values(self._to_row(entity)))

    async def get(self, entity_id: UUID) -> EntityT | None:
        return await self._one(self._by_id, entity_id)

    async def get_for_update(self, entity_id: UUID) -> EntityT | None:
        return await self._one(self._by_id_locked, entity_id)

    async def page(self, limit: int, after: UUID | None, owner_id: UUID | None) -> Page[EntityT]:
        # Identifiers sort by time of creation. One row more than asked for tells if a page follows.
        query = self._first_page if after is None else self._page_after
        values = {"limit": limit + 1, "after": after, "owner_id": owner_id}
        if owner_id is not None:
            query = query.where(self._is_owned)
        async with self._database.reading() as connection:
            rows = (await connection.execute(query, values)).all()
        items = [self._from_row(row) for row in rows[:limit]]
        return Page(items, items[-1].id if len(rows) > limit else None)

    async def replace(self, entity: EntityT) -> None:
        previous = self._is_version(entity.id, entity.version - 1)
        await self._write(self._table.update().where(previous).values(self._to_row(entity)))

    async def remove(self, entity: EntityT) -> None:
        await self._write(self._table.delete().where(self._is_version(entity.id, entity.version)))

    async def transfer_ownership(
        self, owner_id: UUID, new_owner_id: UUID, at: datetime
    ) -> Sequence[UUID]:
        table = self._table
        owned = table.c.owner_id == owner_id
        async with self._database.transaction() as connection:
            found = await connection.scalars(sa.select(table.c.id).where(owned).with_for_update())
            changed = found.all()
            await connection.execute(
                table.update()
                .where(owned)
                .values(owner_id=new_owner_id, updated_at=at, version=table.c.version + 1)
            )
        return changed

    async def _one(self, query: sa.Select[Any], entity_id: UUID) -> EntityT | None:
        async with self._database.reading() as connection:
            row = (await connection.execute(query, {"id": entity_id})).one_or_none()
        return None if row is None else self._from_row(row)

    def _is_version(self, entity_id: UUID, version: int) -> sa.ColumnElement[bool]:
        return sa.and_(self._table.c.id == entity_id, self._table.c.version == version)

    async def _write(self, statement: sa.Insert | sa.Update | sa.Delete) -> None:
        try:
            async with self._database.transaction() as connection:
                result = await connection.execute(statement)
        except (Conflict, sa.exc.IntegrityError) as error:
            raise Conflict(self._taken) from error
        if result.rowcount == 0:
            raise StaleVersion("It was changed or deleted in the meantime; read it again.")

    def _to_row(self, entity: EntityT) -> dict[str, Any]:
        return {name: getattr(entity, name) for name in self._names}

    def _from_row(self, row: sa.Row[Any]) -> EntityT:
        return self._entity(**dict(zip(self._names, row, strict=True)))
