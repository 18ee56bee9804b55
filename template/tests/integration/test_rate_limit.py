"""A limit to how often one client may ask."""

import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import httpx
import pytest

from app.main import create_app
from app.settings import Settings

NOBODY = {"email": "nobody@example.com", "password": "not a password"}

Limited = Callable[..., AbstractAsyncContextManager[httpx.AsyncClient]]


@pytest.fixture
def limited(settings: Settings) -> Limited:
    """A client nobody has counted yet, of a service with these settings."""

    @asynccontextmanager
    async def limited(**limits: str) -> AsyncIterator[httpx.AsyncClient]:
        app = create_app(settings.model_copy(update=limits))
        address = f"2001:db8:{secrets.token_hex(2)}:{secrets.token_hex(2)}::1"
        transport = httpx.ASGITransport(app, client=(address, 1))
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            yield client
        await app.state.service.close()

    return limited


async def test_who_asks_too_often_has_to_wait(limited: Limited) -> None:
    async with limited(rate_limit="3/minute") as client:
        answers = [await client.get("/api/v1/me") for _ in range(4)]
        alive = await client.get("/health/live")

    assert [answer.status_code for answer in answers] == [401, 401, 401, 429]
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 60
    assert answers[-1].headers["Content-Type"] == "application/problem+json"
    assert alive.status_code == 200
    assert "RateLimit" not in alive.headers


async def test_every_answer_says_how_much_is_left(limited: Limited) -> None:
    async with limited(rate_limit="2/minute") as client:
        answers = [await client.get("/api/v1/me") for _ in range(3)]

    assert {answer.headers["RateLimit-Policy"] for answer in answers} == {'"default";q=2;w=60'}
    states = [answer.headers["RateLimit"].partition(";t=") for answer in answers]
    assert [state for state, _, _ in states] == ['"default";r=1', '"default";r=0', '"default";r=0']
    assert all(1 <= int(seconds) <= 60 for _, _, seconds in states)
    assert states[-1][2] == answers[-1].headers["Retry-After"]


async def test_logging_in_is_limited_more_and_uses_up_nothing_else(limited: Limited) -> None:
    async with limited(rate_limit="9/minute", login_rate_limit="2/minute") as client:
        for _ in range(2):
            assert (await client.post("/api/v1/auth/login", json=NOBODY)).status_code != 429
        refused = [await client.post("/api/v1/auth/register", json=NOBODY) for _ in range(9)]
        other = await client.get("/api/v1/me")

    assert {answer.status_code for answer in refused} == {429}
    assert refused[0].headers["RateLimit-Policy"] == '"login";q=2;w=60, "default";q=9;w=60'
    assert refused[0].headers["RateLimit"].startswith('"login";r=0;t=')
    assert other.status_code == 401
    assert other.headers["RateLimit-Policy"] == '"default";q=9;w=60'
    assert other.headers["RateLimit"].startswith('"default";r=6;')


async def test_logging_in_can_be_limited_alone(limited: Limited) -> None:
    async with limited(login_rate_limit="1/minute") as client:
        other = await client.get("/api/v1/me")
        logins = [await client.post("/api/v1/auth/login", json=NOBODY) for _ in range(2)]

    assert "RateLimit-Policy" not in other.headers
    assert logins[0].headers["RateLimit-Policy"] == '"login";q=1;w=60'
    assert logins[1].status_code == 429


async def test_pages_of_other_origins_can_read_the_refusal(limited: Limited) -> None:
    origin = {"Origin": "https://a.example"}
    async with limited(rate_limit="1/minute", cors_origins=("https://a.example",)) as client:
        await client.get("/api/v1/me", headers=origin)
        refused = await client.get("/api/v1/me", headers=origin)

    assert refused.status_code == 429
    assert refused.headers["Access-Control-Allow-Origin"] == "https://a.example"
    exposed = refused.headers["Access-Control-Expose-Headers"].split(", ")
    assert {"RateLimit", "RateLimit-Policy", "Retry-After"} <= {*exposed}
