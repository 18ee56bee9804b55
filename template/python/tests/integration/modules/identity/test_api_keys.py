"""API keys over HTTP, on a real database."""

import datetime as dt
from typing import Any

import httpx
import pytest

from app.platform.auth.api_key import REQUEST_HEADER
from tests.access_rules.logins import Headers

KEYS = "/api/v1/api-keys"


@pytest.fixture
async def owner_id(client: httpx.AsyncClient, admin: Headers) -> str:
    """Return the identifier of a user who can own keys."""
    owner = {"email": "robot@example.com"}
    created = await client.post("/api/v1/users", json=owner, headers=admin)
    assert created.status_code == 201
    owner_id: str = created.json()["id"]
    return owner_id


async def create_key(
    client: httpx.AsyncClient, admin: Headers, owner_id: str, **more: Any
) -> dict[str, Any]:
    body = {"user_id": owner_id, "name": "A key", **more}
    created = await client.post(KEYS, json=body, headers=admin)
    assert created.status_code == 201, created.text
    content: dict[str, Any] = created.json()
    return content


async def test_key_text_is_shown_once(
    client: httpx.AsyncClient, admin: Headers, owner_id: str
) -> None:
    created = await create_key(client, admin, owner_id)

    me = await client.get("/api/v1/me", headers={REQUEST_HEADER: created["key"]})
    listed = await client.get(KEYS, headers=admin)

    assert me.json()["id"] == owner_id
    assert created["key"] not in listed.text
    assert created["key"].rpartition("_")[2] not in listed.text
    (key,) = [key for key in listed.json()["items"] if key["id"] == created["details"]["id"]]
    assert created["details"]["last_used_at"] is None
    assert key["last_used_at"] is not None


async def test_key_outside_its_scopes_returns_403(
    client: httpx.AsyncClient, admin: Headers
) -> None:
    admin_id = (await client.get("/api/v1/me", headers=admin)).json()["id"]
    created = await create_key(client, admin, admin_id, scopes=["users:manage"])
    headers = {REQUEST_HEADER: created["key"]}

    assert (await client.get("/api/v1/users", headers=headers)).status_code == 200
    refused = await client.get(KEYS, headers=headers)
    assert refused.status_code == 403
    assert "api-keys:manage" in refused.json()["detail"]


async def test_scope_beyond_rights_of_owner_returns_403(
    client: httpx.AsyncClient, admin: Headers, owner_id: str
) -> None:
    created = await create_key(client, admin, owner_id, scopes=["*:manage"])

    refused = await client.get("/api/v1/users", headers={REQUEST_HEADER: created["key"]})

    assert refused.status_code == 403


async def test_revoked_key_returns_401(
    client: httpx.AsyncClient, admin: Headers, owner_id: str
) -> None:
    created = await create_key(client, admin, owner_id)
    path = f"{KEYS}/{created['details']['id']}"

    assert (await client.delete(path, headers=admin)).status_code == 204
    me = await client.get("/api/v1/me", headers={REQUEST_HEADER: created["key"]})
    assert me.status_code == 401


@pytest.mark.parametrize(
    "changes",
    [
        {"name": ""},
        {"scopes": []},
        {"scopes": ["everything"]},
        {"expires_at": (dt.datetime.now(dt.UTC) - dt.timedelta(days=1)).isoformat()},
        {"expires_at": "2100-01-31T12:00:00"},
        {"surprise": 1},
    ],
)
async def test_invalid_key_request_returns_422(
    client: httpx.AsyncClient, admin: Headers, owner_id: str, changes: dict[str, Any]
) -> None:
    body = {"user_id": owner_id, "name": "A key", **changes}

    assert (await client.post(KEYS, json=body, headers=admin)).status_code == 422


async def test_missing_or_wrong_key_returns_401_with_challenge(client: httpx.AsyncClient) -> None:
    for headers in ({}, {REQUEST_HEADER: "nonsense"}, {"Authorization": "Bearer nonsense"}):
        response = await client.get("/api/v1/me", headers=headers)
        assert response.status_code == 401
        assert response.headers["WWW-Authenticate"] == "ApiKey"
