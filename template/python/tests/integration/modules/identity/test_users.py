"""Managing people over HTTP, on a real database."""

import httpx

from app.platform.authorization import ADMIN_ROLE, DEFAULT_ROLE
from tests.access_rules.logins import Headers


async def test_an_administrator_manages_people(
    client: httpx.AsyncClient, admin: Headers, newcomer: Headers
) -> None:
    me = (await client.get("/api/v1/me", headers=newcomer)).json()
    assert (me["email"], me["role"]) == ("newcomer@example.com", DEFAULT_ROLE)
    await client.get("/api/v1/me", headers=admin)
    page = (await client.get("/api/v1/users", params={"limit": 1}, headers=admin)).json()
    query = {"cursor": page["next_cursor"]}
    rest = (await client.get("/api/v1/users", params=query, headers=admin)).json()
    users = {user["email"]: user for user in page["items"] + rest["items"]}
    assert users.keys() == {"admin@example.com", "newcomer@example.com"}

    path = f"/api/v1/users/{users['newcomer@example.com']['id']}"
    assert (await client.get(path, headers=admin)).json() == users["newcomer@example.com"]
    changed = await client.put(f"{path}/role", json={"role": ADMIN_ROLE}, headers=admin)
    assert changed.json()["role"] == ADMIN_ROLE

    assert (await client.delete(path, headers=admin)).status_code == 204
    assert (await client.get(path, headers=admin)).status_code == 404
    assert (await client.get("/api/v1/me", headers=newcomer)).status_code == 401


async def test_an_administrator_stays_one(client: httpx.AsyncClient, admin: Headers) -> None:
    me = (await client.get("/api/v1/me", headers=admin)).json()
    path = f"/api/v1/users/{me['id']}"

    response = await client.put(f"{path}/role", json={"role": DEFAULT_ROLE}, headers=admin)
    assert response.status_code == 409
    assert (await client.delete(path, headers=admin)).status_code == 409
