"""Authentication of test callers by tokens of a local issuer."""

import atexit
from contextlib import ExitStack

import httpx

from app.main import Service
from app.platform.authorization import Role
from tests.access_rules.rules import Rules
from tests.issuers.local import AUDIENCE, LocalIssuer

_running = ExitStack()
issuer = _running.enter_context(LocalIssuer())
atexit.register(_running.close)

SETTINGS = {"oidc_issuer": issuer.url, "oidc_audience": AUDIENCE}
# Settings that production requires.
IN_PRODUCTION = {"oidc_issuer": issuer.url, "oidc_audience": AUDIENCE}
CREATE_ADMIN: tuple[str, ...] = ()

RULES: Rules = {}


async def authenticate(_: Service, __: httpx.AsyncClient, name: str, role: Role) -> dict[str, str]:
    """Return headers that authenticate a user with a role."""
    return {"Authorization": f"Bearer {issuer.token(name, [role])}"}


async def use_everything(client: httpx.AsyncClient, name: str, _: dict[str, str]) -> None:
    """Execute each statement of user provisioning and of later requests."""
    for roles in (None, ["admin"]):
        token = issuer.token(f"{name}-again", roles)
        headers = {"Authorization": f"Bearer {token}"}
        assert (await client.get("/api/v1/me", headers=headers)).status_code == 200
