"""In-memory rate limiter: exact, and bounded in memory."""

import random

import pytest

from app.platform.http.client_address import client_of
from app.platform.rate_limit import memory
from app.platform.rate_limit.limiter import Rate
from app.platform.rate_limit.memory import MemoryRateLimiter

THREE_A_MINUTE = Rate(3, 60)


class Clock:
    """Clock that only the test moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def limiter(clock: Clock) -> MemoryRateLimiter:
    return MemoryRateLimiter(clock)


@pytest.mark.parametrize(
    ("text", "rate"),
    [("100/minute", (100, 60)), ("1/second", (1, 1)), ("5/hour", (5, 3600)), ("", None)],
)
def test_rate_is_parsed(text: str, rate: tuple[int, int] | None) -> None:
    assert Rate.parse(text) == rate


async def test_no_window_exceeds_the_limit(limiter: MemoryRateLimiter, clock: Clock) -> None:
    chance = random.Random(0)
    passed: list[float] = []
    for _ in range(2000):
        clock.now += chance.choice([0, 0.1, 7, 19.9, 60])
        if (await limiter.hit("ana", THREE_A_MINUTE)).allowed:
            passed.append(clock.now)

    for first, fourth in zip(passed, passed[3:], strict=False):
        assert fourth - first >= 60
    assert len(passed) > 200


async def test_usage_reports_remaining_requests_and_time(
    limiter: MemoryRateLimiter, clock: Clock
) -> None:
    assert await limiter.hit("ana", THREE_A_MINUTE) == (True, 2, 60)
    clock.now += 20
    assert await limiter.hit("ana", THREE_A_MINUTE) == (True, 1, 40)
    assert await limiter.hit("ana", THREE_A_MINUTE) == (True, 0, 40)
    assert await limiter.hit("bob", THREE_A_MINUTE) == (True, 2, 60)


async def test_refused_requests_do_not_extend_the_wait(
    limiter: MemoryRateLimiter, clock: Clock
) -> None:
    for _ in range(3):
        await limiter.hit("ana", THREE_A_MINUTE)
    for _ in range(59):
        clock.now += 1
        assert not (await limiter.hit("ana", THREE_A_MINUTE)).allowed
    clock.now += 1
    assert (await limiter.hit("ana", THREE_A_MINUTE)).allowed


async def test_memory_is_bounded_for_many_clients(
    limiter: MemoryRateLimiter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "MAX_CLIENTS", 10)
    monkeypatch.setattr(memory, "MAX_REQUESTS", 15)
    for number in range(100):
        await limiter.hit(str(number), THREE_A_MINUTE)
    assert (await limiter.hit("90", THREE_A_MINUTE)).remaining == 1
    assert (await limiter.hit("89", THREE_A_MINUTE)).remaining == 2

    for number in range(90, 100):
        await limiter.hit(str(number), THREE_A_MINUTE)
        await limiter.hit(str(number), THREE_A_MINUTE)
    assert (await limiter.hit("99", THREE_A_MINUTE)).remaining == 0
    assert (await limiter.hit("91", THREE_A_MINUTE)).remaining == 2


@pytest.mark.parametrize(
    ("host", "client"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:0:1::1", "2001:db8:0:1::/64"),
        ("2001:db8:0:1:ffff::2", "2001:db8:0:1::/64"),
        ("nonsense", "unknown"),
        ("x" * 10_000, "unknown"),
    ],
)
def test_client_is_an_ipv4_address_or_an_ipv6_network(host: str, client: str) -> None:
    assert client_of({"client": (host, 1234)}) == client
    assert client_of({"client": None}) == "unknown"
