"""Transactions, and a database that is away."""

import asyncio

import httpx
import pytest

from app.kernel.errors import Conflict, Unavailable
from app.main import Service
from app.modules.identity.domain.user import User
from app.modules.identity.infrastructure.user import SqlUserRepository
from app.platform.authorization import DEFAULT_ROLE
from app.platform.persistence.sql import adapter
from app.platform.persistence.sql.database import Database
from tests import fakes
from tests.access_rules.logins import Headers


@pytest.fixture
def database(service: Service) -> Database:
    return service.platform.database


@pytest.fixture
def users(database: Database) -> SqlUserRepository:
    return SqlUserRepository(database)


def user(service: Service, email: str = "alice@example.com") -> User:
    return User.new(id=service.platform.new_id(), email=email, role=DEFAULT_ROLE, now=fakes.NOW)


async def test_an_error_undoes_the_transaction(
    service: Service, database: Database, users: SqlUserRepository
) -> None:
    alice = user(service)

    async def fail_half_way() -> None:
        async with database.transaction():
            await users.add(alice)
            assert await users.get(alice.id) == alice
            raise ValueError("undo")

    with pytest.raises(ValueError, match="undo"):
        await fail_half_way()

    assert await users.get(alice.id) is None
    assert not database.in_transaction


async def test_a_transaction_inside_another_is_part_of_it(
    service: Service, database: Database, users: SqlUserRepository
) -> None:
    done: list[str] = []

    async def note() -> None:
        done.append("after commit")

    async with database.transaction():
        async with database.transaction():
            await users.add(user(service))
            await database.after_commit(note)
        assert done == []
    assert done == ["after commit"]
    await database.after_commit(note)
    assert len(done) == 2


async def test_one_of_two_writers_of_a_unique_value_wins(
    service: Service, users: SqlUserRepository
) -> None:
    outcomes = await asyncio.gather(
        *(users.add(user(service)) for _ in range(4)), return_exceptions=True
    )

    assert sorted(type(each).__name__ for each in outcomes) == ["Conflict"] * 3 + ["NoneType"]
    with pytest.raises(Conflict):
        await users.add(user(service))


async def test_replicas_that_start_at_once_create_it_once(empty_database_url: str) -> None:
    await adapter.drop_database(empty_database_url)

    await asyncio.gather(*(adapter.ensure_database(empty_database_url) for _ in range(4)))

    engine = adapter.create_engine(empty_database_url)
    async with engine.connect():
        pass
    await engine.dispose()


async def test_a_database_that_is_away_is_said_to_be(
    client: httpx.AsyncClient,
    admin: Headers,
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
) -> None:

    def refuse(*_: object, **__: object) -> None:
        raise ConnectionRefusedError("nobody listens")

    monkeypatch.setattr(type(database.engine), "connect", refuse)
    database._reader = database.engine  # noqa: SLF001 (its own `connect` is an older copy)

    with pytest.raises(Unavailable):
        await database.ping()
    ready = await client.get("/health/ready")
    assert ready.status_code == 503
    assert ready.json()["checks"]["database"] == "unavailable"
    assert (await client.get("/api/v1/me", headers=admin)).status_code == 503
    assert (await client.get("/health/live")).status_code == 200
