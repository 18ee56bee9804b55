"""Rate limit of each client."""

import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import httpx
import pytest

from app.main import create_app
from app.settings import Settings

Limited = Callable[..., AbstractAsyncContextManager[Callable[..., httpx.AsyncClient]]]
PATH = "/api/v1/me"


@pytest.fixture
def limited(settings: Settings) -> Limited:
    """Return a function that starts the service with other settings, for clients anywhere."""

    @asynccontextmanager
    async def limited(**changes: Any) -> AsyncIterator[Callable[..., httpx.AsyncClient]]:
        app = create_app(settings.model_copy(update=changes))

        def client(address: str = "192.0.2.1") -> httpx.AsyncClient:
            transport = httpx.ASGITransport(app, client=(address, 1234))
            return httpx.AsyncClient(transport=transport, base_url="http://test")

        yield client
        await app.state.service.close()

    return limited


@pytest.fixture
def address() -> str:
    """Return an address that no other test run uses: several may count on one server."""
    return ".".join(map(str, [10, *secrets.token_bytes(3)]))


async def test_request_over_the_limit_returns_429(limited: Limited, address: str) -> None:
    async with limited(rate_limit="3/minute") as client, client(address) as ana:
        answers = [await ana.get(PATH) for _ in range(5)]
        alive = [await ana.get("/health/live") for _ in range(5)]

    assert [answer.status_code for answer in answers] == [401, 401, 401, 429, 429]
    refused = answers[-1]
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    assert {answer.status_code for answer in alive} == {200}
    assert "RateLimit" not in alive[0].headers


async def test_every_response_reports_the_limit(limited: Limited, address: str) -> None:
    async with limited(rate_limit="2/minute") as client, client(address) as ana:
        answers = [await ana.get(PATH) for _ in range(3)]

    remaining = [answer.headers["RateLimit"].rpartition(";t=")[0] for answer in answers]
    assert remaining == ['"default";r=1', '"default";r=0', '"default";r=0']
    assert {answer.headers["RateLimit-Policy"] for answer in answers} == {'"default";q=2;w=60'}
    assert answers[-1].headers["RateLimit"].endswith(f";t={answers[-1].headers['Retry-After']}")


async def test_each_client_has_its_own_count(limited: Limited, address: str) -> None:
    async with limited(rate_limit="1/minute") as client, client(address) as ana:
        assert (await ana.get(PATH)).status_code == 401
        assert (await ana.get(PATH)).status_code == 429
        async with client(address.replace("10.", "11.", 1)) as bob:
            assert (await bob.get(PATH)).status_code == 401


async def test_empty_limit_counts_nothing(limited: Limited) -> None:
    async with limited(rate_limit="") as client, client() as ana:
        answer = await ana.get(PATH)

    assert "RateLimit" not in answer.headers


async def test_headers_are_exposed_to_other_origins(limited: Limited, address: str) -> None:
    origin = "https://shop.example"
    changes = {"rate_limit": "1/minute", "cors_origins": (origin,)}
    async with limited(**changes) as client, client(address) as ana:
        answers = [await ana.get(PATH, headers={"Origin": origin}) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [401, 429]
    for answer in answers:
        assert answer.headers["Access-Control-Allow-Origin"] == origin
        exposed = answer.headers["Access-Control-Expose-Headers"].split(", ")
        assert {"RateLimit", "RateLimit-Policy", "Retry-After"} <= set(exposed)
