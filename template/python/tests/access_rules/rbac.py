"""Rights by role."""

import httpx

from app.platform.authorization import Role
from tests.access_rules.logins import Headers, LogIn
from tests.access_rules.rules import Rules

CALLERS = frozenset({"viewer", "editor", "admin"})
# Who makes the thing that the others try their rights on.
OWNER = "editor"
READERS = CALLERS
CREATORS = frozenset({"editor", "admin"})
CHANGERS = CREATORS
DELETERS = frozenset({"admin"})
# There are no endpoints that only this kind of rights has.
RULES: Rules = {}


async def callers(_: httpx.AsyncClient, log_in: LogIn) -> dict[str, Headers]:
    """Headers of each of the callers."""
    return {name: await log_in(Role(name), name) for name in sorted(CALLERS)}
