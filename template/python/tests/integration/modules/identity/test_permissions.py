"""Permissions over HTTP, on a real database."""

from typing import Any

import httpx
import pytest

from tests.access_rules.logins import Headers


@pytest.fixture
async def path(client: httpx.AsyncClient, newcomer: Headers) -> str:
    """Where the permissions of a newcomer are."""
    me = (await client.get("/api/v1/me", headers=newcomer)).json()
    return f"/api/v1/users/{me['id']}/permissions"


async def test_what_is_granted_counts_at_once(
    client: httpx.AsyncClient, admin: Headers, newcomer: Headers, path: str
) -> None:
    assert (await client.get(path, headers=admin)).json() == {"permissions": []}
    assert (await client.get("/api/v1/users", headers=newcomer)).status_code == 403

    granted = {"permissions": ["users:manage"]}
    assert (await client.put(path, json=granted, headers=admin)).json() == granted
    mine = await client.get("/api/v1/me/permissions", headers=newcomer)
    assert mine.json() == granted
    assert (await client.get("/api/v1/users", headers=newcomer)).status_code == 200

    assert (await client.put(path, json={"permissions": []}, headers=admin)).status_code == 200
    assert (await client.get("/api/v1/users", headers=newcomer)).status_code == 403


async def test_what_was_granted_goes_with_the_user(
    client: httpx.AsyncClient, admin: Headers, path: str
) -> None:
    await client.put(path, json={"permissions": ["*:read"]}, headers=admin)

    await client.delete(path.removesuffix("/permissions"), headers=admin)

    assert (await client.get(path, headers=admin)).status_code == 404
    assert (await client.put(path, json={"permissions": []}, headers=admin)).status_code == 404


@pytest.mark.parametrize("permission", ["", "everything", "*:*", "things:fly", "a b:read", 1])
async def test_what_is_no_permission_is_refused(
    client: httpx.AsyncClient, admin: Headers, path: str, permission: Any
) -> None:
    body = {"permissions": [permission]}

    assert (await client.put(path, json=body, headers=admin)).status_code == 422
