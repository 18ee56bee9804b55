"""Expected rights of users with different permissions."""

import httpx

from app.platform.authorization import ADMIN_ROLE, DEFAULT_ROLE
from tests.access_rules.logins import Headers, LogIn
from tests.access_rules.rules import Rule, Rules

GRANTED = {
    "stranger": [],
    "reader": ["*:read"],
    "writer": ["*:read", "*:write"],
    "deleter": ["*:delete"],
    "elsewhere": ["nothings:read", "nothings:write", "nothings:delete"],
}
CALLERS = frozenset({*GRANTED, "admin"})
# Creator of the entity that the other callers request.
OWNER = "writer"
READERS = frozenset({"reader", "writer", "admin"})
CREATORS = frozenset({"writer", "admin"})
CHANGERS = CREATORS
DELETERS = frozenset({"deleter", "admin"})
RULES: Rules = {
    ("GET", "/api/v1/me/permissions"): Rule(CALLERS),
    ("GET", "/api/v1/users/{user_id}/permissions"): Rule(frozenset({"admin"})),
    ("PUT", "/api/v1/users/{user_id}/permissions"): Rule(frozenset({"admin"}), {"permissions": []}),
}


async def callers(client: httpx.AsyncClient, log_in: LogIn) -> dict[str, Headers]:
    """Return the headers of each caller."""
    admin = await log_in(ADMIN_ROLE, "admin")
    headers = {"admin": admin}
    for name, permissions in GRANTED.items():
        headers[name] = await log_in(DEFAULT_ROLE, name)
        me = (await client.get("/api/v1/me", headers=headers[name])).json()
        path = f"/api/v1/users/{me['id']}/permissions"
        body = {"permissions": permissions}
        assert (await client.put(path, json=body, headers=admin)).status_code == 200
    return headers
