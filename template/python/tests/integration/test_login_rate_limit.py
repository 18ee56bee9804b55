"""Stricter rate limit where passwords can be guessed."""

import secrets

import httpx

from app.main import create_app
from app.platform.rate_limit import LOGIN_PATHS
from app.settings import Settings

LOGIN = "/api/v1/auth/login"
UNKNOWN_USER = {"email": "nobody@example.com", "password": "a wrong password"}


async def test_logins_have_a_separate_count(settings: Settings) -> None:
    changes = {"rate_limit": "4/minute", "login_rate_limit": "2/minute"}
    app = create_app(settings.model_copy(update=changes))
    address = ".".join(map(str, [10, *secrets.token_bytes(3)]))
    transport = httpx.ASGITransport(app, client=(address, 1234))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        logins = [await client.post(LOGIN, json=UNKNOWN_USER) for _ in range(3)]
        others = [await client.post(path, json=UNKNOWN_USER) for path in LOGIN_PATHS]
        profiles = [await client.get("/api/v1/me") for _ in range(5)]
    await app.state.service.close()

    assert [answer.status_code for answer in logins] == [401, 401, 429]
    assert logins[-1].headers["RateLimit-Policy"] == '"login";q=2;w=60'
    assert {answer.status_code for answer in others} == {429}
    assert [answer.status_code for answer in profiles] == [401, 401, 401, 401, 429]
    assert profiles[-1].headers["RateLimit-Policy"] == '"default";q=4;w=60'


async def test_logins_without_their_own_limit_count_towards_the_default(settings: Settings) -> None:
    changes = {"rate_limit": "1/minute", "login_rate_limit": ""}
    app = create_app(settings.model_copy(update=changes))
    address = ".".join(map(str, [10, *secrets.token_bytes(3)]))
    transport = httpx.ASGITransport(app, client=(address, 1234))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        assert (await client.get("/api/v1/me")).status_code == 401
        refused = await client.post(LOGIN, json=UNKNOWN_USER)
    await app.state.service.close()

    assert refused.status_code == 429
    assert refused.headers["RateLimit-Policy"] == '"default";q=1;w=60'


async def test_login_paths_exist(client: httpx.AsyncClient) -> None:
    document = (await client.get("/openapi.json")).json()

    assert document["paths"].keys() >= LOGIN_PATHS
