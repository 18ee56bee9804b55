"""Rights as they were granted."""

import httpx

from app.platform.authorization import ADMIN_ROLE, Role
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
# Who makes the thing that the others try their rights on.
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
    """Headers of each of the callers."""
    admin = await log_in(ADMIN_ROLE, "admin")
    made = {"admin": admin}
    for name, permissions in GRANTED.items():
        made[name] = await log_in(Role.MEMBER, name)
        me = (await client.get("/api/v1/me", headers=made[name])).json()
        path = f"/api/v1/users/{me['id']}/permissions"
        body = {"permissions": permissions}
        assert (await client.put(path, json=body, headers=admin)).status_code == 200
    return made
