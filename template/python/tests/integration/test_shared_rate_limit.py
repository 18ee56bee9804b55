"""Requests that several processes count together, on a server that may be away."""

import asyncio
import secrets
import socket
import time
from collections.abc import AsyncIterator

import pytest
from structlog.testing import capture_logs

from app.platform.rate_limit import redis as module
from app.platform.rate_limit.limiter import Rate
from app.platform.rate_limit.memory import MemoryRateLimiter
from app.platform.rate_limit.redis import RedisRateLimiter
from tests.caches.redis import URL

A_SECOND = Rate(20, 1)


@pytest.fixture
async def replicas() -> AsyncIterator[tuple[RedisRateLimiter, RedisRateLimiter]]:
    """Two that share a server, under a name that no other run uses."""
    prefix = f"test:{secrets.token_hex(4)}"
    one, other = (RedisRateLimiter(URL, prefix, MemoryRateLimiter()) for _ in range(2))
    yield one, other
    await one.close()
    await other.close()


async def test_they_count_together(replicas: tuple[RedisRateLimiter, RedisRateLimiter]) -> None:
    rate = Rate(50, 60)
    hits = [replicas[number % 2].hit("ana", rate) for number in range(200)]
    usages = await asyncio.gather(*hits)

    allowed = [usage for usage in usages if usage.allowed]
    assert sorted(usage.remaining for usage in allowed) == list(range(50))
    assert all(0 < usage.seconds <= 60 for usage in usages)
    assert (await replicas[0].hit("bob", rate)).remaining == 49


async def test_no_window_holds_more_than_the_limit(
    replicas: tuple[RedisRateLimiter, RedisRateLimiter],
) -> None:
    passed: list[tuple[float, float]] = []
    started = time.monotonic()
    while time.monotonic() - started < 2.5:
        for limiter in replicas:
            before = time.monotonic()
            if (await limiter.hit("ana", A_SECOND)).allowed:
                passed.append((before, time.monotonic()))
        await asyncio.sleep(0.01)

    # Somewhere between asking and being answered, a request was counted.
    for (asked, _), (_, answered) in zip(passed, passed[A_SECOND.requests :], strict=False):
        assert answered - asked >= A_SECOND.seconds
    assert len(passed) >= 2 * A_SECOND.requests


async def test_a_client_is_forgotten_once_its_window_is_over(
    replicas: tuple[RedisRateLimiter, RedisRateLimiter],
) -> None:
    limiter, other = replicas
    for _ in range(3):
        assert (await limiter.hit("ana", Rate(3, 1))).allowed
    for _ in range(3):
        assert not (await other.hit("ana", Rate(3, 1))).allowed
    await asyncio.sleep(1.05)
    assert (await other.hit("ana", Rate(3, 1))).remaining == 2


async def test_a_server_that_is_away_costs_a_line_and_no_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "TIMEOUT_SECONDS", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"redis://127.0.0.1:{silent.getsockname()[1]}"
        limiter = RedisRateLimiter(url, "test", MemoryRateLimiter())
        started = time.monotonic()
        with capture_logs() as logs:
            first = await asyncio.gather(*(limiter.hit("ana", A_SECOND) for _ in range(10)))
            usages = [*first, *[await limiter.hit("ana", A_SECOND) for _ in range(200)]]
        assert time.monotonic() - started < 5
        await limiter.close()

    assert [line["event"] for line in logs] == ["requests are counted in each process alone"]
    assert sum(usage.allowed for usage in usages) >= A_SECOND.requests
    assert not usages[-1].allowed


async def test_it_is_used_again_once_it_answers(
    replicas: tuple[RedisRateLimiter, RedisRateLimiter], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "RETRY_SECONDS", 0.05)
    one, other = replicas
    rate = Rate(10, 60)
    with capture_logs() as logs:
        with monkeypatch.context() as patch:
            patch.setattr(module, "TIMEOUT_SECONDS", 0)
            await one.hit("ana", rate)
        assert (await one.hit("ana", rate)).remaining == 8
        await asyncio.sleep(0.1)
        shared = await one.hit("ana", rate)

    assert [line["log_level"] for line in logs] == ["warning", "info"]
    assert (await other.hit("ana", rate)).remaining == shared.remaining - 1
