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
    """A user whom keys can belong to."""
    owner = {"email": "robot@example.com"}
    created = await client.post("/api/v1/users", json=owner, headers=admin)
    assert created.status_code == 201
    owner_id: str = created.json()["id"]
    return owner_id


async def make(
    client: httpx.AsyncClient, admin: Headers, owner_id: str, **more: Any
) -> dict[str, Any]:
    order = {"user_id": owner_id, "name": "A key", **more}
    made = await client.post(KEYS, json=order, headers=admin)
    assert made.status_code == 201, made.text
    content: dict[str, Any] = made.json()
    return content


async def test_a_key_is_shown_once(
    client: httpx.AsyncClient, admin: Headers, owner_id: str
) -> None:
    made = await make(client, admin, owner_id)

    me = await client.get("/api/v1/me", headers={REQUEST_HEADER: made["key"]})
    listed = await client.get(KEYS, headers=admin)

    assert me.json()["id"] == owner_id
    assert made["key"] not in listed.text
    assert made["key"].rpartition("_")[2] not in listed.text
    (key,) = [key for key in listed.json()["items"] if key["id"] == made["details"]["id"]]
    assert made["details"]["last_used_at"] is None
    assert key["last_used_at"] is not None


async def test_a_key_is_for_its_scopes_alone(client: httpx.AsyncClient, admin: Headers) -> None:
    admin_id = (await client.get("/api/v1/me", headers=admin)).json()["id"]
    made = await make(client, admin, admin_id, scopes=["users:manage"])
    headers = {REQUEST_HEADER: made["key"]}

    assert (await client.get("/api/v1/users", headers=headers)).status_code == 200
    refused = await client.get(KEYS, headers=headers)
    assert refused.status_code == 403
    assert "api-keys:manage" in refused.json()["detail"]


async def test_a_scope_gives_nothing_that_its_owner_may_not(
    client: httpx.AsyncClient, admin: Headers, owner_id: str
) -> None:
    made = await make(client, admin, owner_id, scopes=["*:manage"])

    refused = await client.get("/api/v1/users", headers={REQUEST_HEADER: made["key"]})

    assert refused.status_code == 403


async def test_a_revoked_key_proves_nothing(
    client: httpx.AsyncClient, admin: Headers, owner_id: str
) -> None:
    made = await make(client, admin, owner_id)
    path = f"{KEYS}/{made['details']['id']}"

    assert (await client.delete(path, headers=admin)).status_code == 204
    me = await client.get("/api/v1/me", headers={REQUEST_HEADER: made["key"]})
    assert me.status_code == 401


@pytest.mark.parametrize(
    "order",
    [
        {"name": ""},
        {"scopes": []},
        {"scopes": ["everything"]},
        {"expires_at": (dt.datetime.now(dt.UTC) - dt.timedelta(days=1)).isoformat()},
        {"expires_at": "2100-01-31T12:00:00"},
        {"surprise": 1},
    ],
)
async def test_a_bad_order_is_refused(
    client: httpx.AsyncClient, admin: Headers, owner_id: str, order: dict[str, Any]
) -> None:
    body = {"user_id": owner_id, "name": "A key", **order}

    assert (await client.post(KEYS, json=body, headers=admin)).status_code == 422


async def test_who_proves_nothing_is_told_how(client: httpx.AsyncClient) -> None:
    for headers in ({}, {REQUEST_HEADER: "nonsense"}, {"Authorization": "Bearer nonsense"}):
        response = await client.get("/api/v1/me", headers=headers)
        assert response.status_code == 401
        assert response.headers["WWW-Authenticate"] == "ApiKey"
