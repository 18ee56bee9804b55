"""Authentication of test callers by access tokens."""

from typing import Any

import httpx

from app.main import Service
from app.platform.authorization import Role
from tests.access_rules.groups import ADMINISTRATORS, ANYONE, AUTHENTICATED
from tests.access_rules.rules import Rule, Rules

PASSWORD = "a long enough password"
SETTINGS = {"secret_key": "a key that only the tests know, long enough"}
# Settings that production requires.
IN_PRODUCTION = {"secret_key": "x" * 32}
CREATE_ADMIN = ("--password", PASSWORD)
NEW_ACCOUNT = {"email": "user@example.com", "password": PASSWORD}

RULES: Rules = {
    ("POST", "/api/v1/auth/register"): Rule(ANYONE),
    ("POST", "/api/v1/auth/login"): Rule(ANYONE),
    ("POST", "/api/v1/auth/refresh"): Rule(ANYONE),
    ("POST", "/api/v1/auth/logout"): Rule(ANYONE),
    ("PUT", "/api/v1/auth/password"): Rule(AUTHENTICATED),
    ("POST", "/api/v1/users"): Rule(ADMINISTRATORS, NEW_ACCOUNT),
}


async def authenticate(
    service: Service, client: httpx.AsyncClient, name: str, role: Role
) -> dict[str, str]:
    """Return headers that authenticate a user with a role."""
    credentials = {"email": f"{name}@example.com", "password": PASSWORD}
    await service.identity.authentication.accounts.assign_role(**credentials, role=role)
    tokens = (await client.post("/api/v1/auth/login", json=credentials)).json()
    return {"Authorization": f"Bearer {tokens['access_token']}"}


async def use_everything(client: httpx.AsyncClient, name: str, _: dict[str, str]) -> None:
    """Execute each statement of login, refresh and logout."""
    credentials = {"email": f"{name}@example.com", "password": PASSWORD}
    tokens: Any = (await client.post("/api/v1/auth/login", json=credentials)).json()
    given = {"refresh_token": tokens["refresh_token"]}
    tokens = (await client.post("/api/v1/auth/refresh", json=given)).json()
    given = {"refresh_token": tokens["refresh_token"]}
    assert (await client.post("/api/v1/auth/logout", json=given)).status_code == 204
