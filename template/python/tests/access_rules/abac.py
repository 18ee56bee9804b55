"""Expected rights of owners and others."""

import httpx

from app.platform.authorization import ADMIN_ROLE, DEFAULT_ROLE
from tests.access_rules.logins import Headers, LogIn
from tests.access_rules.rules import Rules

CALLERS = frozenset({"owner", "another", "admin"})
# Creator of the entity that the other callers request.
OWNER = "owner"
READERS = CALLERS
CREATORS = CALLERS
CHANGERS = frozenset({"owner", "admin"})
DELETERS = CHANGERS
# Attribute-based access control has no endpoints of its own.
RULES: Rules = {}


async def callers(_: httpx.AsyncClient, log_in: LogIn) -> dict[str, Headers]:
    """Return the headers of each caller."""
    members = {name: await log_in(DEFAULT_ROLE, name) for name in ("owner", "another")}
    return members | {"admin": await log_in(ADMIN_ROLE, "admin")}
