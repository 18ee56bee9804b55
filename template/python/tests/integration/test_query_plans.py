"""Query plans: no request reads a whole table, with 10,000 rows in each."""

import datetime as dt
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any
from uuid import UUID

import httpx
import pytest
import sqlalchemy as sa
from fastapi import FastAPI

from app.main import Service
from app.platform.authorization import ADMIN_ROLE, DEFAULT_ROLE
from app.platform.persistence.record_types import RecordField, RecordType
from app.platform.persistence.sql.store import SqlStore, sql_store
from tests import fakes
from tests.access_rules.logins import Headers, LogIn
from tests.databases import tested
from tests.logins import login

ROWS = 10_000


VALUES: dict[Any, Callable[[int, RecordField], Any]] = {
    bool: lambda _, __: True,
    int: lambda number, _: number,
    float: lambda number, _: number + 0.5,
    str: lambda number, field: f"{number}@example.com"[: field.length],
    frozenset[str]: lambda number, _: frozenset({f"word{number}"}),
    Decimal: lambda number, _: Decimal(number),
    dt.date: lambda number, _: fakes.NOW.date() + dt.timedelta(days=number),
    dt.datetime: lambda number, _: fakes.NOW + dt.timedelta(seconds=number),
    UUID: lambda number, _: UUID(int=number),
}


def record(record_type: RecordType[Any], number: int, new_id: Callable[[], UUID]) -> Any:
    values = {field.name: _value(field, number) for field in record_type.fields}
    # Identifiers that sort by time, as the service creates them.
    return record_type.record(**values | ({"id": new_id()} if "id" in values else {}))


def _value(field: RecordField, number: int) -> Any:
    if field.name == "role":
        return DEFAULT_ROLE
    return VALUES[field.type](number, field)


@pytest.fixture
def database(service: Service) -> SqlStore:
    return sql_store(service.platform.store)


@pytest.fixture
async def full(service: Service, database: SqlStore) -> None:
    """Fill every table, and let the database collect its statistics."""
    async with database.writing() as connection:
        for record_type in database.record_types:
            records = [record(record_type, n, service.platform.new_id) for n in range(ROWS)]
            await database.records(record_type).add_many(records)
        for record_type in database.record_types:
            await connection.exec_driver_sql(tested.analyze(record_type.name))


@pytest.fixture
def queries(database: SqlStore) -> Iterator[dict[str, Any]]:
    """The statements that the service sends, each with its last parameters."""
    sent: dict[str, Any] = {}

    def note(_: Any, __: Any, statement: str, parameters: Any, *___: Any) -> None:
        if statement.startswith(("SELECT", "UPDATE", "DELETE")):
            sent[statement] = parameters

    engine = database.engine.sync_engine
    sa.event.listen(engine, "before_cursor_execute", note)
    yield sent
    sa.event.remove(engine, "before_cursor_execute", note)


@pytest.mark.usefixtures("full")
async def test_no_request_reads_a_whole_table(
    app: FastAPI,
    client: httpx.AsyncClient,
    database: SqlStore,
    log_in: LogIn,
    queries: dict[str, Any],
) -> None:
    await log_in(DEFAULT_ROLE, "user")
    admin = await log_in(ADMIN_ROLE, "admin")
    for path in app.openapi()["paths"]:
        if path.startswith("/api/v1/") and path.endswith("/{entity_id}"):
            await _use(client, path.removesuffix("/{entity_id}"), admin)
    await _use(client, "/api/v1/users", admin)
    await login.use_everything(client, "user", admin)

    async with database.engine.connect() as connection:
        found = {
            statement: await connection.run_sync(tested.full_scans, statement, parameters)
            for statement, parameters in dict(queries).items()
        }

    assert len(found) > 10
    assert {statement: scans for statement, scans in found.items() if scans} == {}


async def _use(client: httpx.AsyncClient, path: str, admin: Headers) -> None:
    """Read two pages of a list, and read and delete one of its items."""
    page = (await client.get(path, headers=admin)).json()
    query = {"cursor": page["next_cursor"]}
    assert (await client.get(path, params=query, headers=admin)).status_code == 200
    item = f"{path}/{page['items'][0]['id']}"
    await client.get(item, headers=admin)
    assert (await client.delete(item, headers=admin)).status_code == 204
