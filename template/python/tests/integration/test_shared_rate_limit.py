"""Rate limits that several processes share, on a server that may be away."""

import asyncio
import secrets
import socket
import time
from collections.abc import AsyncIterator

import pytest
from structlog.testing import capture_logs

from app.platform import outage, redis
from app.platform.rate_limit.limiter import Rate
from app.platform.rate_limit.redis import RedisRateLimiter
from tests.caches.redis import URL

TWENTY_A_SECOND = Rate(20, 1)


@pytest.fixture
async def replicas(
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[tuple[RedisRateLimiter, RedisRateLimiter]]:
    """Return two limiters that share a server, with a key prefix that no other run uses."""
    # A busy machine must not look like an outage.
    monkeypatch.setattr(redis, "TIMEOUT_SECONDS", 10)
    prefix = f"test:{secrets.token_hex(4)}"
    one, other = (RedisRateLimiter(URL, prefix) for _ in range(2))
    yield one, other
    await one.close()
    await other.close()


async def test_replicas_share_one_count(
    replicas: tuple[RedisRateLimiter, RedisRateLimiter],
) -> None:
    rate = Rate(50, 60)
    hits = [replicas[number % 2].hit("ana", rate) for number in range(200)]
    usages = await asyncio.gather(*hits)

    allowed = [usage for usage in usages if usage.allowed]
    assert sorted(usage.remaining for usage in allowed) == list(range(50))
    assert all(0 < usage.seconds <= 60 for usage in usages)
    assert (await replicas[0].hit("bob", rate)).remaining == 49


async def test_no_window_exceeds_the_limit(
    replicas: tuple[RedisRateLimiter, RedisRateLimiter],
) -> None:
    passed: list[tuple[float, float]] = []
    started = time.monotonic()
    while time.monotonic() - started < 2.5:
        for limiter in replicas:
            before = time.monotonic()
            if (await limiter.hit("ana", TWENTY_A_SECOND)).allowed:
                passed.append((before, time.monotonic()))
        await asyncio.sleep(0.01)

    # The server counted each request at some time between the call and its result.
    pairs = zip(passed, passed[TWENTY_A_SECOND.requests :], strict=False)
    for (called, _), (_, returned) in pairs:
        assert returned - called >= TWENTY_A_SECOND.seconds
    assert len(passed) >= 2 * TWENTY_A_SECOND.requests


async def test_count_ends_with_its_window(
    replicas: tuple[RedisRateLimiter, RedisRateLimiter],
) -> None:
    limiter, other = replicas
    for _ in range(3):
        assert (await limiter.hit("ana", Rate(3, 1))).allowed
    for _ in range(3):
        assert not (await other.hit("ana", Rate(3, 1))).allowed
    await asyncio.sleep(1.05)
    assert (await other.hit("ana", Rate(3, 1))).remaining == 2


async def test_silent_server_is_logged_once_and_delays_no_further_request(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(redis, "TIMEOUT_SECONDS", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        limiter = RedisRateLimiter(f"redis://127.0.0.1:{silent.getsockname()[1]}", "test")
        started = time.monotonic()
        with capture_logs() as logs:
            first = [limiter.hit("ana", TWENTY_A_SECOND) for _ in range(10)]
            usages = await asyncio.gather(*first)
            usages += [await limiter.hit("ana", TWENTY_A_SECOND) for _ in range(200)]
        assert time.monotonic() - started < 5
        await limiter.close()

    events = [(line["event"], line["dependency"]) for line in logs]
    assert events == [("dependency unavailable", "shared rate limits")]
    assert sum(usage.allowed for usage in usages) >= TWENTY_A_SECOND.requests
    assert not usages[-1].allowed


async def test_shared_count_is_used_again_after_an_outage(
    replicas: tuple[RedisRateLimiter, RedisRateLimiter], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outage, "RETRY_SECONDS", 0.01)
    one, other = replicas
    rate = Rate(10, 60)
    with capture_logs() as logs:
        with monkeypatch.context() as patch:
            patch.setattr(redis, "TIMEOUT_SECONDS", 0)
            await one.hit("ana", rate)
        assert (await one.hit("ana", rate)).remaining == 8
        give_up = time.monotonic() + 10
        while len(logs) < 2:
            assert time.monotonic() < give_up
            await asyncio.sleep(0.005)
        shared = await one.hit("ana", rate)

    assert [line["event"] for line in logs] == ["dependency unavailable", "dependency available"]
    assert (await other.hit("ana", rate)).remaining == shared.remaining - 1


async def test_outage_gives_no_client_a_fresh_window(
    replicas: tuple[RedisRateLimiter, RedisRateLimiter], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, _ = replicas
    rate = Rate(10, 60)
    for _ in range(8):
        await one.hit("ana", rate)

    monkeypatch.setattr(redis, "TIMEOUT_SECONDS", 0)
    usages = [await one.hit("ana", rate) for _ in range(5)]

    assert [usage.allowed for usage in usages] == [True, True, False, False, False]
