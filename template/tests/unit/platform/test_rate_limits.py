"""Sliding windows, and who is counted as one client."""

import pytest

from app.platform.http.rate_limit import client_key
from app.platform.rate_limits import memory
from app.platform.rate_limits.memory import MemoryWindows
from app.platform.rate_limits.port import Limit, Verdict

LIMIT = Limit(2, 60)


class Clock:
    """A time that passes when a test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def windows(clock: Clock) -> MemoryWindows:
    return MemoryWindows(clock)


def test_a_limit_is_read() -> None:
    assert Limit.parse("100/minute") == Limit(100, 60)
    assert str(Limit.parse("5/second")) == "5 requests in 1 s"


async def test_no_window_has_more_wherever_it_begins(windows: MemoryWindows, clock: Clock) -> None:
    assert await windows.hit("a", LIMIT) == Verdict(allowed=True, remaining=1, seconds=60)
    clock.now += 50
    assert await windows.hit("a", LIMIT) == Verdict(allowed=True, remaining=0, seconds=10)
    clock.now += 9
    assert await windows.hit("a", LIMIT) == Verdict(allowed=False, remaining=0, seconds=1)
    clock.now += 1
    assert await windows.hit("a", LIMIT) == Verdict(allowed=True, remaining=0, seconds=50)
    assert not (await windows.hit("a", LIMIT)).allowed


async def test_a_refused_request_does_not_lengthen_the_wait(
    windows: MemoryWindows, clock: Clock
) -> None:
    for _ in range(100):
        await windows.hit("a", LIMIT)
    clock.now += 60

    assert (await windows.hit("a", LIMIT)).allowed


async def test_everybody_has_their_own_window(windows: MemoryWindows) -> None:
    for _ in range(3):
        await windows.hit("a", LIMIT)

    assert (await windows.hit("b", LIMIT)).remaining == 1


async def test_ever_new_addresses_do_not_fill_the_memory(
    windows: MemoryWindows, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "MAX_KEYS", 3)
    for key in "aabcad":
        await windows.hit(key, Limit(9, 60))

    assert (await windows.hit("a", Limit(9, 60))).remaining == 5
    assert (await windows.hit("b", Limit(9, 60))).remaining == 8

    monkeypatch.setattr(memory, "MAX_TIMES", 4)
    await windows.hit("b", Limit(9, 60))
    assert (await windows.hit("a", Limit(9, 60))).remaining == 8


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::", "2001:db8:1:2::/64"),
        ("somebody", "somebody"),
    ],
)
def test_a_client_is_an_address_or_a_network(address: str, key: str) -> None:
    assert client_key(address) == key
