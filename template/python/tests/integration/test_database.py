"""Transactions, and a database that does not answer."""

import asyncio

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from app.kernel.errors import Conflict, Unavailable
from app.main import Service
from app.modules.identity.domain.user import User
from app.modules.identity.infrastructure.user import StoredUserRepository
from app.platform.authorization import DEFAULT_ROLE
from app.platform.persistence import Store
from app.platform.persistence.database import drop_database, ensure_database, open_store
from tests import fakes
from tests.access_rules.logins import Headers


@pytest.fixture
def store(service: Service) -> Store:
    return service.platform.store


@pytest.fixture
def users(store: Store) -> StoredUserRepository:
    return StoredUserRepository(store)


def user(service: Service, email: str = "alice@example.com") -> User:
    return User.new(id=service.platform.new_id(), email=email, role=DEFAULT_ROLE, now=fakes.NOW)


async def test_error_rolls_the_transaction_back(
    service: Service, store: Store, users: StoredUserRepository
) -> None:
    alice = user(service)

    async def fail_half_way() -> None:
        async with store.transaction():
            await users.add(alice)
            assert await users.get(alice.id) == alice
            raise ValueError("undo")

    with pytest.raises(ValueError, match="undo"):
        await fail_half_way()

    assert await users.get(alice.id) is None
    assert not store.in_transaction


async def test_nested_transaction_joins_the_outer_one(
    service: Service, store: Store, users: StoredUserRepository
) -> None:
    done: list[str] = []

    async def note() -> None:
        done.append("after commit")

    async with store.transaction():
        async with store.transaction():
            await users.add(user(service))
            await store.after_commit(note)
        assert done == []
    assert done == ["after commit"]
    await store.after_commit(note)
    assert len(done) == 2


async def test_concurrent_inserts_of_a_unique_value_succeed_once(
    service: Service, users: StoredUserRepository
) -> None:
    outcomes = await asyncio.gather(
        *(users.add(user(service)) for _ in range(4)), return_exceptions=True
    )

    assert sorted(type(each).__name__ for each in outcomes) == ["Conflict"] * 3 + ["NoneType"]
    with pytest.raises(Conflict):
        await users.add(user(service))


async def test_concurrent_creation_creates_the_database_once(empty_database_url: str) -> None:
    await drop_database(empty_database_url)

    await asyncio.gather(*(ensure_database(empty_database_url) for _ in range(4)))

    store = open_store(empty_database_url)
    await store.ping()
    await store.close()


async def test_refused_connection_returns_503(
    client: httpx.AsyncClient,
    admin: Headers,
    store: Store,
    monkeypatch: pytest.MonkeyPatch,
) -> None:

    def refuse(*_: object, **__: object) -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr(AsyncEngine, "connect", refuse)

    with pytest.raises(Unavailable):
        await store.ping()
    with pytest.raises(Unavailable):
        await store.check_schema()
    ready = await client.get("/health/ready")
    assert ready.status_code == 503
    assert ready.json()["checks"]["database"] == "unavailable"
    assert (await client.get("/api/v1/me", headers=admin)).status_code == 503
    assert (await client.get("/health/live")).status_code == 200


async def test_os_error_of_the_callers_code_is_no_outage(store: Store) -> None:
    with pytest.raises(FileNotFoundError):
        async with store.transaction():
            raise FileNotFoundError
