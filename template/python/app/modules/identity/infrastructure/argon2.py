"""Password hashing with Argon2id, and a list of breached passwords."""

import asyncio
import re
import secrets
from functools import cache

from argon2 import Parameters, PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY


class Argon2PasswordHasher:
    """Hashes and verifies passwords in threads, since both are slow by design."""

    def __init__(self, parameters: Parameters = RFC_9106_LOW_MEMORY) -> None:
        self._hasher = PasswordHasher.from_parameters(parameters)
        self._hash_without_password: str | None = None

    async def hash(self, password: str) -> str:
        return await asyncio.to_thread(self._hasher.hash, password)

    async def verify(self, password: str, password_hash: str | None) -> bool:
        """Return whether the password has this hash; None, for no hash, takes as long."""
        matches = await asyncio.to_thread(
            self._matches, password, password_hash or await self._unmatched_hash()
        )
        return matches and password_hash is not None

    def is_breached(self, password: str) -> bool:
        """Return whether a password, with or without digits and signs around it, is breached."""
        plain = password.casefold()
        without_signs = re.sub(r"^[\W_]+|[\W_]+$", "", plain)
        without_digits = re.sub(r"^[\W\d_]+|[\W\d_]+$", "", plain)
        return not {plain, without_signs, without_digits}.isdisjoint(_breached())

    async def _unmatched_hash(self) -> str:
        if self._hash_without_password is None:
            self._hash_without_password = await self.hash(secrets.token_urlsafe())
        return self._hash_without_password

    def _matches(self, password: str, password_hash: str) -> bool:
        try:
            return self._hasher.verify(password_hash, password)
        except (VerificationError, InvalidHashError):
            return False


@cache
def _breached() -> frozenset[str]:
    # Imported at the first registration: loading the lists takes time.
    from zxcvbn.frequency_lists import FREQUENCY_LISTS  # noqa: PLC0415

    return frozenset(FREQUENCY_LISTS["passwords"])
