"""Passwords are tried under a stricter limit of its own."""

import secrets

import httpx

from app.main import create_app
from app.rate_limits import LOGIN_PATHS
from app.settings import Settings

LOGIN = "/api/v1/auth/login"
NOBODY = {"email": "nobody@example.com", "password": "a wrong password"}


async def test_logging_in_is_counted_apart(settings: Settings) -> None:
    changes = {"rate_limit": "4/minute", "login_rate_limit": "2/minute"}
    app = create_app(settings.model_copy(update=changes))
    address = ".".join(map(str, [10, *secrets.token_bytes(3)]))
    transport = httpx.ASGITransport(app, client=(address, 1234))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        logins = [await client.post(LOGIN, json=NOBODY) for _ in range(3)]
        others = [await client.post(path, json=NOBODY) for path in LOGIN_PATHS]
        profiles = [await client.get("/api/v1/me") for _ in range(5)]
    await app.state.service.close()

    assert [answer.status_code for answer in logins] == [401, 401, 429]
    assert logins[-1].headers["RateLimit-Policy"] == '"login";q=2;w=60'
    assert {answer.status_code for answer in others} == {429}
    assert [answer.status_code for answer in profiles] == [401, 401, 401, 401, 429]
    assert profiles[-1].headers["RateLimit-Policy"] == '"default";q=4;w=60'


async def test_without_a_limit_of_its_own_it_counts_like_the_rest(settings: Settings) -> None:
    changes = {"rate_limit": "1/minute", "login_rate_limit": ""}
    app = create_app(settings.model_copy(update=changes))
    address = ".".join(map(str, [10, *secrets.token_bytes(3)]))
    transport = httpx.ASGITransport(app, client=(address, 1234))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        assert (await client.get("/api/v1/me")).status_code == 401
        refused = await client.post(LOGIN, json=NOBODY)
    await app.state.service.close()

    assert refused.status_code == 429
    assert refused.headers["RateLimit-Policy"] == '"default";q=1;w=60'


async def test_the_paths_exist(client: httpx.AsyncClient) -> None:
    document = (await client.get("/openapi.json")).json()

    assert document["paths"].keys() >= LOGIN_PATHS
