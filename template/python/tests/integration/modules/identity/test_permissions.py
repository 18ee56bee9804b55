"""Permissions over HTTP, on a real database."""

from typing import Any

import httpx
import pytest

from tests.access_rules.logins import Headers


@pytest.fixture
async def path(client: httpx.AsyncClient, user: Headers) -> str:
    """Return the path of a user's permissions."""
    me = (await client.get("/api/v1/me", headers=user)).json()
    return f"/api/v1/users/{me['id']}/permissions"


async def test_granted_permission_takes_effect_immediately(
    client: httpx.AsyncClient, admin: Headers, user: Headers, path: str
) -> None:
    assert (await client.get(path, headers=admin)).json() == {"permissions": []}
    assert (await client.get("/api/v1/users", headers=user)).status_code == 403

    granted = {"permissions": ["users:manage"]}
    assert (await client.put(path, json=granted, headers=admin)).json() == granted
    mine = await client.get("/api/v1/me/permissions", headers=user)
    assert mine.json() == granted
    assert (await client.get("/api/v1/users", headers=user)).status_code == 200

    assert (await client.put(path, json={"permissions": []}, headers=admin)).status_code == 200
    assert (await client.get("/api/v1/users", headers=user)).status_code == 403


async def test_deleting_a_user_deletes_their_permissions(
    client: httpx.AsyncClient, admin: Headers, path: str
) -> None:
    await client.put(path, json={"permissions": ["*:read"]}, headers=admin)

    await client.delete(path.removesuffix("/permissions"), headers=admin)

    assert (await client.get(path, headers=admin)).status_code == 404
    assert (await client.put(path, json={"permissions": []}, headers=admin)).status_code == 404


@pytest.mark.parametrize("permission", ["", "everything", "*:*", "things:fly", "a b:read", 1])
async def test_invalid_permission_returns_422(
    client: httpx.AsyncClient, admin: Headers, path: str, permission: Any
) -> None:
    body = {"permissions": [permission]}

    assert (await client.put(path, json=body, headers=admin)).status_code == 422
