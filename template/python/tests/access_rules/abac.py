"""Rights by who owns a thing."""

import httpx

from app.platform.authorization import Role
from tests.access_rules.logins import Headers, LogIn
from tests.access_rules.rules import Rules

CALLERS = frozenset({"owner", "another", "admin"})
# Who makes the thing that the others try their rights on.
OWNER = "owner"
READERS = CALLERS
CREATORS = CALLERS
CHANGERS = frozenset({"owner", "admin"})
DELETERS = CHANGERS
# There are no endpoints that only this kind of rights has.
RULES: Rules = {}


async def callers(_: httpx.AsyncClient, log_in: LogIn) -> dict[str, Headers]:
    """Headers of each of the callers."""
    members = {name: await log_in(Role.MEMBER, name) for name in ("owner", "another")}
    return members | {"admin": await log_in(Role.ADMIN, "admin")}
