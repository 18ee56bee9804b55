"""With the cookie of a session, and the token that goes with it."""

import httpx

from app.main import Service
from app.platform.auth.session import COOKIE, REQUEST_HEADER
from app.platform.authorization import Role
from tests.access_rules.everybody import ANYBODY, IDENTIFIED, MANAGERS
from tests.access_rules.rules import Rule, Rules

PASSWORD = "a long enough password"
SETTINGS: dict[str, str] = {}
# What production does not start without, safe as it has to be.
IN_PRODUCTION: dict[str, str] = {}
CREATE_ADMIN = ("--password", PASSWORD)
DEFAULT_ROLE = {"email": "newcomer@example.com", "password": PASSWORD}

RULES: Rules = {
    ("POST", "/api/v1/auth/register"): Rule(ANYBODY),
    ("POST", "/api/v1/auth/login"): Rule(ANYBODY),
    ("GET", "/api/v1/auth/session"): Rule(IDENTIFIED),
    ("POST", "/api/v1/auth/logout"): Rule(IDENTIFIED),
    ("POST", "/api/v1/auth/logout-everywhere"): Rule(IDENTIFIED),
    ("PUT", "/api/v1/auth/password"): Rule(IDENTIFIED),
    ("POST", "/api/v1/users"): Rule(MANAGERS, DEFAULT_ROLE),
}


async def prove(
    service: Service, client: httpx.AsyncClient, name: str, role: Role
) -> dict[str, str]:
    """Headers that prove somebody with a role."""
    credentials = {"email": f"{name}@example.com", "password": PASSWORD}
    await service.identity.authentication.accounts.assign_role(**credentials, role=role)
    return await log_in(client, f"{name}@example.com")


async def log_in(client: httpx.AsyncClient, email: str) -> dict[str, str]:
    """Headers of a new session. The client must not keep the cookie: each request says whose."""
    credentials = {"email": email, "password": PASSWORD}
    response = await client.post("/api/v1/auth/login", json=credentials)
    client.cookies.clear()
    secret = response.cookies[COOKIE]
    return {"Cookie": f"{COOKIE}={secret}", REQUEST_HEADER: response.json()["csrf_token"]}


async def use_everything(client: httpx.AsyncClient, name: str, _: dict[str, str]) -> None:
    """Send each statement that logging in and out takes."""
    headers = await log_in(client, f"{name}@example.com")
    assert (await client.get("/api/v1/auth/session", headers=headers)).status_code == 200
    assert (await client.post("/api/v1/auth/logout", headers=headers)).status_code == 204
    headers = await log_in(client, f"{name}@example.com")
    path = "/api/v1/auth/logout-everywhere"
    assert (await client.post(path, headers=headers)).status_code == 204
