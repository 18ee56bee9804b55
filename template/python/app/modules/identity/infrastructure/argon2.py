"""Password hashing with Argon2id, and the passwords that thieves try first."""

import asyncio
import re
from functools import cache

from argon2 import Parameters, PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY


class Argon2Passwords:
    """Hashes and checks passwords; hashing is slow on purpose, so it runs beside the event loop."""

    def __init__(self, parameters: Parameters = RFC_9106_LOW_MEMORY) -> None:
        self._hasher = PasswordHasher.from_parameters(parameters)

    async def hash(self, password: str) -> str:
        return await asyncio.to_thread(self._hasher.hash, password)

    async def matches(self, password: str, password_hash: str) -> bool:
        return await asyncio.to_thread(self._matches, password, password_hash)

    def is_breached(self, password: str) -> bool:
        """Whether it is in a list of stolen passwords, as it is or with decoration around it."""
        plain = password.casefold()
        unsigned = re.sub(r"^[\W_]+|[\W_]+$", "", plain)
        undecorated = re.sub(r"^[\W\d_]+|[\W\d_]+$", "", plain)
        return not {plain, unsigned, undecorated}.isdisjoint(_breached())

    def _matches(self, password: str, password_hash: str) -> bool:
        try:
            return self._hasher.verify(password_hash, password)
        except (VerificationError, InvalidHashError):
            return False


@cache
def _breached() -> frozenset[str]:
    # Loaded when somebody first registers: it takes its time.
    from zxcvbn.frequency_lists import FREQUENCY_LISTS  # noqa: PLC0415

    return frozenset(FREQUENCY_LISTS["passwords"])
