"""Counts on a Redis server: exact between processes, and no loss while it is away."""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator

import pytest

from app.platform.rate_limits import redis
from app.platform.rate_limits.port import Limit
from app.platform.rate_limits.redis import RedisWindows
from tests.caches.redis import URL

NOWHERE = "redis://127.0.0.1:1/0"


@pytest.fixture
async def replicas() -> AsyncIterator[list[RedisWindows]]:
    """Two places of the same counts."""
    prefix = f"tests:{secrets.token_hex(8)}"
    made = [RedisWindows(URL, prefix) for _ in range(2)]
    yield made
    for each in made:
        await each.close()


async def test_all_processes_count_together(replicas: list[RedisWindows]) -> None:
    limit = Limit(50, 60)
    verdicts = await asyncio.gather(*(replicas[n % 2].hit("a", limit) for n in range(200)))

    assert sum(verdict.allowed for verdict in verdicts) == 50
    assert sorted(verdict.remaining for verdict in verdicts if verdict.allowed) == [*range(50)]
    assert all(59 < verdict.seconds <= 60 for verdict in verdicts)


async def test_the_window_slides(replicas: list[RedisWindows]) -> None:
    one, other = replicas
    limit = Limit(2, 1)
    await one.hit("a", limit)
    await asyncio.sleep(0.6)
    await other.hit("a", limit)
    refused = await one.hit("a", limit)
    await asyncio.sleep(refused.seconds + 0.01)
    verdicts = [await each.hit("a", limit) for each in replicas]

    assert not refused.allowed
    assert [verdict.allowed for verdict in verdicts] == [True, False]


async def test_while_the_server_is_away_each_process_counts() -> None:
    windows = RedisWindows(NOWHERE, "tests")
    limit = Limit(3, 60)
    started = time.monotonic()
    verdicts = [await windows.hit("a", limit) for _ in range(100)]

    assert sum(verdict.allowed for verdict in verdicts) == 3
    assert time.monotonic() - started < redis.TIMEOUT_SECONDS + 1
    await windows.close()


async def test_it_shares_again_once_the_server_is_back(
    replicas: list[RedisWindows], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = replicas
    limit = Limit(2, 60)
    monkeypatch.setattr(redis, "TIMEOUT_SECONDS", 0)
    monkeypatch.setattr(redis, "RETRY_SECONDS", 0)
    assert (await one.hit("a", limit)).remaining == 1
    monkeypatch.setattr(redis, "TIMEOUT_SECONDS", 5)
    assert (await one.hit("a", limit)).remaining == 1
    assert (await other.hit("a", limit)).remaining == 0
