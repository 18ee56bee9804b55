"""User management over HTTP, on a real database."""

import httpx

from app.platform.authorization import ADMIN_ROLE, DEFAULT_ROLE
from tests.access_rules.logins import Headers


async def test_administrator_manages_users(
    client: httpx.AsyncClient, admin: Headers, user: Headers
) -> None:
    me = (await client.get("/api/v1/me", headers=user)).json()
    assert (me["email"], me["role"]) == ("user@example.com", DEFAULT_ROLE)
    await client.get("/api/v1/me", headers=admin)
    page = (await client.get("/api/v1/users", params={"limit": 1}, headers=admin)).json()
    query = {"cursor": page["next_cursor"]}
    rest = (await client.get("/api/v1/users", params=query, headers=admin)).json()
    users = {user["email"]: user for user in page["items"] + rest["items"]}
    assert users.keys() == {"admin@example.com", "user@example.com"}

    path = f"/api/v1/users/{users['user@example.com']['id']}"
    assert (await client.get(path, headers=admin)).json() == users["user@example.com"]
    changed = await client.put(f"{path}/role", json={"role": ADMIN_ROLE}, headers=admin)
    assert changed.json()["role"] == ADMIN_ROLE

    assert (await client.delete(path, headers=admin)).status_code == 204
    assert (await client.get(path, headers=admin)).status_code == 404
    assert (await client.get("/api/v1/me", headers=user)).status_code == 401


async def test_administrator_cannot_demote_or_delete_themselves(
    client: httpx.AsyncClient, admin: Headers
) -> None:
    me = (await client.get("/api/v1/me", headers=admin)).json()
    path = f"/api/v1/users/{me['id']}"

    response = await client.put(f"{path}/role", json={"role": DEFAULT_ROLE}, headers=admin)
    assert response.status_code == 409
    assert (await client.delete(path, headers=admin)).status_code == 409
