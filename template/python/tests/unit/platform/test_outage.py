"""Circuit breaker: opens after one error, and closes after a successful probe."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from app.kernel.errors import Unavailable
from app.platform import outage
from app.platform.outage import CircuitBreaker


class Server:
    """Server that can be switched off."""

    def __init__(self) -> None:
        self.is_down = False
        self.calls = 0
        self.probed = asyncio.Event()

    async def answer(self, text: str = "") -> str:
        self.calls += 1
        if self.is_down:
            raise Unavailable("The server does not answer.")
        return text

    async def probe(self) -> None:
        self.probed.set()
        await self.answer()


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
async def breaker(server: Server) -> AsyncIterator[CircuitBreaker]:
    breaker = CircuitBreaker("server", server.probe)
    yield breaker
    breaker.close()


async def test_result_of_a_call_is_returned(breaker: CircuitBreaker, server: Server) -> None:
    assert await breaker.call(server.answer, text="hello") == "hello"


async def test_open_circuit_fails_calls_without_asking_the_server(
    breaker: CircuitBreaker, server: Server
) -> None:
    server.is_down = True
    for _ in range(3):
        with pytest.raises(Unavailable):
            await breaker.call(server.answer)

    assert server.calls == 1


async def test_other_errors_do_not_open_the_circuit(
    breaker: CircuitBreaker, server: Server
) -> None:
    async def fail() -> None:
        raise ValueError("no outage")

    with pytest.raises(ValueError, match="no outage"):
        await breaker.call(fail)

    assert await breaker.call(server.answer, "hello") == "hello"


async def test_circuit_closes_after_a_successful_probe(
    breaker: CircuitBreaker, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outage, "RETRY_SECONDS", 0.001)
    server.is_down = True
    with pytest.raises(Unavailable):
        await breaker.call(server.answer)

    await asyncio.wait_for(server.probed.wait(), 10)
    with pytest.raises(Unavailable):
        await breaker.call(server.answer)
    server.is_down = False
    server.probed.clear()
    await asyncio.wait_for(server.probed.wait(), 10)

    assert await breaker.call(server.answer, "hello") == "hello"
