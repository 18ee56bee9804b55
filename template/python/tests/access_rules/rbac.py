"""Expected rights of each role."""

import httpx

from app.platform.authorization import Role
from tests.access_rules.logins import Headers, LogIn
from tests.access_rules.rules import Rules

CALLERS = frozenset({"viewer", "editor", "admin"})
# Creator of the entity that the other callers request.
OWNER = "editor"
READERS = CALLERS
CREATORS = frozenset({"editor", "admin"})
CHANGERS = CREATORS
DELETERS = frozenset({"admin"})
# Role-based access control has no endpoints of its own.
RULES: Rules = {}


async def callers(_: httpx.AsyncClient, log_in: LogIn) -> dict[str, Headers]:
    """Return the headers of each caller."""
    return {name: await log_in(Role(name), name) for name in sorted(CALLERS)}
