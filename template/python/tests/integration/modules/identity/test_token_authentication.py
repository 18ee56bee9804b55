"""Tokens over HTTP, on a real database."""

import httpx
import pytest

from tests.logins import login

CREDENTIALS = {"email": "alice@example.com", "password": login.PASSWORD}


@pytest.fixture
async def tokens(client: httpx.AsyncClient) -> dict[str, str]:
    """Return the tokens of the first login after registration."""
    await client.post("/api/v1/auth/register", json=CREDENTIALS)
    response = await client.post("/api/v1/auth/login", json=CREDENTIALS)
    assert response.status_code == 200
    tokens: dict[str, str] = response.json()
    return tokens


async def test_reused_refresh_token_ends_the_session(
    client: httpx.AsyncClient, tokens: dict[str, str]
) -> None:
    async def refresh(token: str) -> httpx.Response:
        return await client.post("/api/v1/auth/refresh", json={"refresh_token": token})

    second = await refresh(tokens["refresh_token"])
    assert second.status_code == 200
    assert (await refresh(tokens["refresh_token"])).status_code == 401
    assert (await refresh(second.json()["refresh_token"])).status_code == 401


async def test_logout_ends_the_session(client: httpx.AsyncClient, tokens: dict[str, str]) -> None:
    body = {"refresh_token": tokens["refresh_token"]}
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    assert (await client.get("/api/v1/me", headers=headers)).status_code == 200

    assert (await client.post("/api/v1/auth/logout", json=body)).status_code == 204
    assert (await client.post("/api/v1/auth/refresh", json=body)).status_code == 401
    assert (await client.get("/api/v1/me", headers=headers)).status_code == 401


async def test_missing_or_invalid_token_returns_401_with_challenge(
    client: httpx.AsyncClient,
) -> None:
    for headers in ({}, {"Authorization": "Bearer nonsense"}, {"Authorization": "Basic YTpi"}):
        response = await client.get("/api/v1/me", headers=headers)
        assert response.status_code == 401
        assert response.headers["WWW-Authenticate"] == "Bearer"
