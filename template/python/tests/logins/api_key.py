"""With an API key."""

import httpx

from app.main import Service
from app.platform.auth.api_key import REQUEST_HEADER
from app.platform.authorization import Role
from tests.access_rules.everybody import MANAGERS
from tests.access_rules.rules import Rule, Rules

SETTINGS: dict[str, str] = {}
# What production does not start without, safe as it has to be.
IN_PRODUCTION: dict[str, str] = {}
CREATE_ADMIN: tuple[str, ...] = ()

RULES: Rules = {
    ("POST", "/api/v1/users"): Rule(MANAGERS, {"email": "newcomer@example.com"}),
    ("POST", "/api/v1/api-keys"): Rule(
        MANAGERS, {"user_id": "00000000-0000-0000-0000-000000000000", "name": "A key"}
    ),
    ("GET", "/api/v1/api-keys"): Rule(MANAGERS),
    ("DELETE", "/api/v1/api-keys/{key_id}"): Rule(MANAGERS),
}


async def prove(service: Service, _: httpx.AsyncClient, name: str, role: Role) -> dict[str, str]:
    """Headers that prove somebody with a role."""
    keys = service.identity.authentication.authenticator
    made = await keys.assign_role(f"{name}@example.com", role)
    return {REQUEST_HEADER: made.text}


async def use_everything(client: httpx.AsyncClient, _: str, admin: dict[str, str]) -> None:
    """Send each statement that keys take."""
    me = (await client.get("/api/v1/me", headers=admin)).json()
    order = {"user_id": me["id"], "name": "A key"}
    made = (await client.post("/api/v1/api-keys", json=order, headers=admin)).json()
    page = (await client.get("/api/v1/api-keys", headers=admin)).json()
    query = {"cursor": page["next_cursor"]}
    assert (await client.get("/api/v1/api-keys", params=query, headers=admin)).status_code == 200
    path = f"/api/v1/api-keys/{made['details']['id']}"
    assert (await client.delete(path, headers=admin)).status_code == 204
