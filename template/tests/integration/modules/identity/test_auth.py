"""Accounts over HTTP, on a real database."""

import httpx
import pytest

from tests.conftest import PASSWORD, Headers

CREDENTIALS = {"email": "alice@example.com", "password": PASSWORD}


@pytest.fixture
async def tokens(client: httpx.AsyncClient) -> dict[str, str]:
    """What a login gives to somebody who has just registered."""
    response = await client.post("/api/v1/auth/register", json=CREDENTIALS)
    assert response.status_code == 201
    response = await client.post("/api/v1/auth/login", json=CREDENTIALS)
    assert response.status_code == 200
    tokens: dict[str, str] = response.json()
    return tokens


async def test_a_newcomer_learns_who_they_are(
    client: httpx.AsyncClient, tokens: dict[str, str]
) -> None:
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}

    me = (await client.get("/api/v1/me", headers=headers)).json()

    assert me.keys() == {"id", "email", "role"}
    assert (me["email"], me["role"]) == ("alice@example.com", "viewer")


async def test_an_email_registers_once(client: httpx.AsyncClient, tokens: dict[str, str]) -> None:
    again = {**CREDENTIALS, "email": "ALICE@example.com"}

    response = await client.post("/api/v1/auth/register", json=again)

    assert response.status_code == 409
    assert response.headers["Content-Type"] == "application/problem+json"


async def test_a_wrong_password_is_not_repeated(client: httpx.AsyncClient) -> None:
    response = await client.post("/api/v1/auth/register", json={**CREDENTIALS, "password": "short"})

    assert response.status_code == 422
    assert "short" not in str(response.json()["errors"])


async def test_a_refresh_token_used_twice_ends_the_session(
    client: httpx.AsyncClient, tokens: dict[str, str]
) -> None:
    async def refresh(token: str) -> httpx.Response:
        return await client.post("/api/v1/auth/refresh", json={"refresh_token": token})

    second = await refresh(tokens["refresh_token"])
    assert second.status_code == 200
    assert (await refresh(tokens["refresh_token"])).status_code == 401
    assert (await refresh(second.json()["refresh_token"])).status_code == 401


async def test_a_logout_ends_the_session(client: httpx.AsyncClient, tokens: dict[str, str]) -> None:
    body = {"refresh_token": tokens["refresh_token"]}

    assert (await client.post("/api/v1/auth/logout", json=body)).status_code == 204
    assert (await client.post("/api/v1/auth/refresh", json=body)).status_code == 401


async def test_who_proves_nothing_is_told_how(client: httpx.AsyncClient) -> None:
    for headers in ({}, {"Authorization": "Bearer nonsense"}, {"Authorization": "Basic YTpi"}):
        response = await client.get("/api/v1/me", headers=headers)
        assert response.status_code == 401
        assert response.headers["WWW-Authenticate"] == "Bearer"


async def test_an_administrator_manages_people(
    client: httpx.AsyncClient, admin: Headers, tokens: dict[str, str]
) -> None:
    page = (await client.get("/api/v1/users", params={"limit": 1}, headers=admin)).json()
    query = {"cursor": page["next_cursor"]}
    rest = (await client.get("/api/v1/users", params=query, headers=admin)).json()
    users = {user["email"]: user for user in page["items"] + rest["items"]}
    assert users.keys() == {"admin@example.com", "alice@example.com"}

    path = f"/api/v1/users/{users['alice@example.com']['id']}"
    assert (await client.get(path, headers=admin)).json() == users["alice@example.com"]
    changed = await client.put(f"{path}/role", json={"role": "editor"}, headers=admin)
    assert changed.json()["role"] == "editor"

    assert (await client.delete(path, headers=admin)).status_code == 204
    assert (await client.get(path, headers=admin)).status_code == 404
    alice = {"Authorization": f"Bearer {tokens['access_token']}"}
    assert (await client.get("/api/v1/me", headers=alice)).status_code == 401


async def test_an_administrator_stays_one(client: httpx.AsyncClient, admin: Headers) -> None:
    me = (await client.get("/api/v1/me", headers=admin)).json()
    path = f"/api/v1/users/{me['id']}"

    response = await client.put(f"{path}/role", json={"role": "viewer"}, headers=admin)
    assert response.status_code == 409
    assert (await client.delete(path, headers=admin)).status_code == 409


async def test_others_manage_nobody(client: httpx.AsyncClient, viewer: Headers) -> None:
    assert (await client.get("/api/v1/users", headers=viewer)).status_code == 403
