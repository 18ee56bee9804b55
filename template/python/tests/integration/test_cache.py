"""Contract of every cache, on a real one."""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator

import pytest

from app.platform.cache import Cache
from tests.caches.processes import two_clients


@pytest.fixture
async def clients() -> AsyncIterator[tuple[Cache, Cache]]:
    one, other = two_clients()
    yield one, other
    await one.close()
    await other.close()


@pytest.fixture
def cache(clients: tuple[Cache, Cache]) -> Cache:
    return clients[0]


@pytest.fixture
def key() -> str:
    return f"test:{secrets.token_hex(8)}"


async def test_ping_returns(cache: Cache) -> None:
    await cache.ping()


@pytest.mark.parametrize("value", [b"", b"value", bytes(range(256)), b"\r\nEND\r\n" * 10_000])
async def test_value_is_returned_until_deleted(cache: Cache, key: str, value: bytes) -> None:
    assert await cache.get(key) is None

    await cache.set(key, b"before", 5)
    await cache.set(key, value, 5)
    assert await cache.get(key) == value

    for _ in range(2):
        await cache.delete(key)
        assert await cache.get(key) is None


async def test_value_of_one_client_is_visible_to_another(
    clients: tuple[Cache, Cache], key: str
) -> None:
    one, other = clients
    await one.set(key, b"value", 5)

    assert await other.get(key) == b"value"
    await other.delete(key)
    assert await one.get(key) is None


async def test_add_does_not_replace_a_value(cache: Cache, key: str) -> None:
    assert await cache.add(key, b"first", 5)
    assert not await cache.add(key, b"second", 5)
    assert await cache.get(key) == b"first"


async def test_swap_replaces_only_the_expected_value(cache: Cache, key: str) -> None:
    assert not await cache.swap(key, b"old", b"new", 5)
    await cache.set(key, b"old", 5)

    assert not await cache.swap(key, b"other", b"new", 5)
    assert await cache.get(key) == b"old"
    assert await cache.swap(key, b"old", b"new", 5)
    assert await cache.get(key) == b"new"


async def test_one_of_many_concurrent_writers_succeeds(
    clients: tuple[Cache, Cache], key: str
) -> None:
    added = [client.add(key, b"old", 5) for client in clients * 20]
    assert sum(await asyncio.gather(*added)) == 1

    swapped = [
        client.swap(key, b"old", str(number).encode(), 5)
        for number, client in enumerate(clients * 20)
    ]
    assert sum(await asyncio.gather(*swapped)) == 1


async def test_value_expires(cache: Cache, key: str) -> None:
    await cache.set(key, b"value", 0.05)

    give_up = time.monotonic() + 10
    while await cache.get(key) is not None:
        assert time.monotonic() < give_up
        await asyncio.sleep(0.02)


async def test_value_with_a_lifetime_of_months_is_stored(cache: Cache, key: str) -> None:
    await cache.set(key, b"value", 90 * 24 * 60 * 60)

    assert await cache.get(key) == b"value"
    await cache.delete(key)
