"""With a token of an issuer that runs for the tests alone."""

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
# What production does not start without, safe as it has to be.
IN_PRODUCTION = {"oidc_issuer": issuer.url, "oidc_audience": AUDIENCE}
CREATE_ADMIN: tuple[str, ...] = ()

RULES: Rules = {}


async def prove(_: Service, __: httpx.AsyncClient, name: str, role: Role) -> dict[str, str]:
    """Headers that prove somebody with a role."""
    return {"Authorization": f"Bearer {issuer.token(name, [role])}"}


async def use_everything(client: httpx.AsyncClient, name: str, _: dict[str, str]) -> None:
    """Send each statement that it takes to meet somebody, and to meet them again."""
    for roles in (None, ["admin"]):
        token = issuer.token(f"{name}-again", roles)
        headers = {"Authorization": f"Bearer {token}"}
        assert (await client.get("/api/v1/me", headers=headers)).status_code == 200
