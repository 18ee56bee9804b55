"""Tokens of the issuer over HTTP, on a real database."""

import asyncio

import httpx

from app.platform.authorization import ADMIN_ROLE
from tests.access_rules.logins import Headers
from tests.logins import login


def bearer(subject: str, roles: list[str] | None = None) -> Headers:
    return {"Authorization": f"Bearer {login.issuer.token(subject, roles)}"}


async def test_concurrent_first_requests_create_one_user(client: httpx.AsyncClient) -> None:
    answers = await asyncio.gather(
        *(client.get("/api/v1/me", headers=bearer("ana")) for _ in range(10))
    )

    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert answers[0].json()["email"] == "ana@example.com"


async def test_token_of_deleted_user_returns_401(client: httpx.AsyncClient, admin: Headers) -> None:
    ana = (await client.get("/api/v1/me", headers=bearer("ana"))).json()

    deleted = await client.delete(f"/api/v1/users/{ana['id']}", headers=admin)

    assert deleted.status_code == 204
    assert (await client.get("/api/v1/me", headers=bearer("ana"))).status_code == 401


async def test_role_of_the_issuer_takes_effect(client: httpx.AsyncClient) -> None:
    assert (await client.get("/api/v1/users", headers=bearer("ana"))).status_code == 403
    admin = bearer("ana", [ADMIN_ROLE])
    assert (await client.get("/api/v1/users", headers=admin)).status_code == 200
    # A token without roles leaves the stored role unchanged.
    assert (await client.get("/api/v1/users", headers=bearer("ana"))).status_code == 200


async def test_missing_or_invalid_token_returns_401_with_challenge(
    client: httpx.AsyncClient,
) -> None:
    for headers in ({}, {"Authorization": "Bearer nonsense"}, {"Authorization": "Basic YTpi"}):
        response = await client.get("/api/v1/me", headers=headers)
        assert response.status_code == 401
        assert response.headers["WWW-Authenticate"] == "Bearer"
