"""How callers are made: `headers = await log_in(role, name)`."""

from typing import Protocol

from app.platform.authorization import Role

Headers = dict[str, str]


class LogIn(Protocol):
    """Makes somebody with a role, whom the name tells from others."""

    async def __call__(self, role: Role, name: str = "somebody") -> Headers:
        """Headers that prove who they are."""
