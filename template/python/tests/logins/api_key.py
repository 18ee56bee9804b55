"""Authentication of test callers by API keys."""

import httpx

from app.main import Service
from app.platform.auth.api_key import REQUEST_HEADER
from app.platform.authorization import Role
from tests.access_rules.groups import ADMINISTRATORS
from tests.access_rules.rules import Rule, Rules

SETTINGS: dict[str, str] = {}
# Settings that production requires.
IN_PRODUCTION: dict[str, str] = {}
CREATE_ADMIN: tuple[str, ...] = ()

RULES: Rules = {
    ("POST", "/api/v1/users"): Rule(ADMINISTRATORS, {"email": "user@example.com"}),
    ("POST", "/api/v1/api-keys"): Rule(
        ADMINISTRATORS, {"user_id": "00000000-0000-0000-0000-000000000000", "name": "A key"}
    ),
    ("GET", "/api/v1/api-keys"): Rule(ADMINISTRATORS),
    ("DELETE", "/api/v1/api-keys/{key_id}"): Rule(ADMINISTRATORS),
}


async def authenticate(
    service: Service, _: httpx.AsyncClient, name: str, role: Role
) -> dict[str, str]:
    """Return headers that authenticate a user with a role."""
    keys = service.identity.authentication.authenticator
    created = await keys.assign_role(f"{name}@example.com", role)
    return {REQUEST_HEADER: created.text}


async def use_everything(client: httpx.AsyncClient, _: str, admin: dict[str, str]) -> None:
    """Execute each statement of API keys."""
    me = (await client.get("/api/v1/me", headers=admin)).json()
    body = {"user_id": me["id"], "name": "A key"}
    created = (await client.post("/api/v1/api-keys", json=body, headers=admin)).json()
    page = (await client.get("/api/v1/api-keys", headers=admin)).json()
    query = {"cursor": page["next_cursor"]}
    assert (await client.get("/api/v1/api-keys", params=query, headers=admin)).status_code == 200
    path = f"/api/v1/api-keys/{created['details']['id']}"
    assert (await client.delete(path, headers=admin)).status_code == 204
