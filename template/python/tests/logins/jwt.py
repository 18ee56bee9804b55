"""With the access token of a login."""

from typing import Any

import httpx

from app.main import Service
from app.platform.authorization import Role
from tests.access_rules.everybody import ANYBODY, IDENTIFIED, MANAGERS
from tests.access_rules.rules import Rule, Rules

PASSWORD = "a long enough password"
SETTINGS = {"secret_key": "a key that only the tests know, long enough"}
# What production does not start without, safe as it has to be.
IN_PRODUCTION = {"secret_key": "x" * 32}
CREATE_ADMIN = ("--password", PASSWORD)
DEFAULT_ROLE = {"email": "newcomer@example.com", "password": PASSWORD}

RULES: Rules = {
    ("POST", "/api/v1/auth/register"): Rule(ANYBODY),
    ("POST", "/api/v1/auth/login"): Rule(ANYBODY),
    ("POST", "/api/v1/auth/refresh"): Rule(ANYBODY),
    ("POST", "/api/v1/auth/logout"): Rule(ANYBODY),
    ("PUT", "/api/v1/auth/password"): Rule(IDENTIFIED),
    ("POST", "/api/v1/users"): Rule(MANAGERS, DEFAULT_ROLE),
}


async def prove(
    service: Service, client: httpx.AsyncClient, name: str, role: Role
) -> dict[str, str]:
    """Headers that prove somebody with a role."""
    credentials = {"email": f"{name}@example.com", "password": PASSWORD}
    await service.identity.authentication.accounts.assign_role(**credentials, role=role)
    tokens = (await client.post("/api/v1/auth/login", json=credentials)).json()
    return {"Authorization": f"Bearer {tokens['access_token']}"}


async def use_everything(client: httpx.AsyncClient, name: str, _: dict[str, str]) -> None:
    """Send each statement that logging in and out takes."""
    credentials = {"email": f"{name}@example.com", "password": PASSWORD}
    tokens: Any = (await client.post("/api/v1/auth/login", json=credentials)).json()
    given = {"refresh_token": tokens["refresh_token"]}
    tokens = (await client.post("/api/v1/auth/refresh", json=given)).json()
    given = {"refresh_token": tokens["refresh_token"]}
    assert (await client.post("/api/v1/auth/logout", json=given)).status_code == 204
