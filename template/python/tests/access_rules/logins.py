"""Type of the fixture that logs callers in: `headers = await log_in(role, name)`."""

from typing import Protocol

from app.platform.authorization import Role

Headers = dict[str, str]


class LogIn(Protocol):
    """Login of a user with a role; users with different names are different users."""

    async def __call__(self, role: Role, name: str = "caller") -> Headers:
        """Return headers that authenticate the user."""
