"""Authentication of test callers by session cookies and CSRF tokens."""

import httpx

from app.main import Service
from app.platform.auth.session import COOKIE, REQUEST_HEADER
from app.platform.authorization import Role
from tests.access_rules.groups import ADMINISTRATORS, ANYONE, AUTHENTICATED
from tests.access_rules.rules import Rule, Rules

PASSWORD = "a long enough password"
SETTINGS: dict[str, str] = {}
# Settings that production requires.
IN_PRODUCTION: dict[str, str] = {}
CREATE_ADMIN = ("--password", PASSWORD)
NEW_ACCOUNT = {"email": "user@example.com", "password": PASSWORD}

RULES: Rules = {
    ("POST", "/api/v1/auth/register"): Rule(ANYONE),
    ("POST", "/api/v1/auth/login"): Rule(ANYONE),
    ("GET", "/api/v1/auth/session"): Rule(AUTHENTICATED),
    ("POST", "/api/v1/auth/logout"): Rule(AUTHENTICATED),
    ("POST", "/api/v1/auth/logout-everywhere"): Rule(AUTHENTICATED),
    ("PUT", "/api/v1/auth/password"): Rule(AUTHENTICATED),
    ("POST", "/api/v1/users"): Rule(ADMINISTRATORS, NEW_ACCOUNT),
}


async def authenticate(
    service: Service, client: httpx.AsyncClient, name: str, role: Role
) -> dict[str, str]:
    """Return headers that authenticate a user with a role."""
    credentials = {"email": f"{name}@example.com", "password": PASSWORD}
    await service.identity.authentication.accounts.assign_role(**credentials, role=role)
    return await log_in(client, f"{name}@example.com")


async def log_in(client: httpx.AsyncClient, email: str) -> dict[str, str]:
    """Return the headers of a new session; the client stores no cookie between requests."""
    credentials = {"email": email, "password": PASSWORD}
    response = await client.post("/api/v1/auth/login", json=credentials)
    client.cookies.clear()
    secret = response.cookies[COOKIE]
    return {"Cookie": f"{COOKIE}={secret}", REQUEST_HEADER: response.json()["csrf_token"]}


async def use_everything(client: httpx.AsyncClient, name: str, _: dict[str, str]) -> None:
    """Execute each statement of login and logout."""
    headers = await log_in(client, f"{name}@example.com")
    assert (await client.get("/api/v1/auth/session", headers=headers)).status_code == 200
    assert (await client.post("/api/v1/auth/logout", headers=headers)).status_code == 204
    headers = await log_in(client, f"{name}@example.com")
    path = "/api/v1/auth/logout-everywhere"
    assert (await client.post(path, headers=headers)).status_code == 204
