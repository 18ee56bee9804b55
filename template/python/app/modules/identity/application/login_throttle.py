"""Slowing down who guesses passwords."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from hashlib import sha256
from math import ceil
from typing import Protocol

from app.kernel.errors import TooManyAttempts
from app.kernel.ports import Clock, Transaction
from app.modules.identity.domain.failed_logins import FailedLogins


class FailedLoginRepository(Protocol):
    """Where failures to log in are counted."""

    async def ensure(self, key: str, now: datetime) -> None:
        """From now on, something is known of `key`."""

    async def get_for_update(self, key: str) -> FailedLogins | None:
        """What is known of `key`; others who want to change it wait for this transaction."""

    async def replace(self, failed: FailedLogins) -> None: ...


class LoginThrottle:
    """Lets in so many wrong passwords for one account, and from one address; then come waits.

    An account is known by its email, whether anybody has it or not: the wait must not tell.
    """

    def __init__(
        self,
        failed_logins: FailedLoginRepository,
        *,
        allowed_by_account: int,
        allowed_by_address: int,
        clock: Clock,
        transaction: Transaction,
    ) -> None:
        self._failed_logins = failed_logins
        self._allowed_by_account = allowed_by_account
        self._allowed_by_address = allowed_by_address
        self._clock = clock
        self._transaction = transaction

    @asynccontextmanager
    async def attempt(self, email: str, address: str) -> AsyncIterator[None]:
        """Around the check of a password: `TooManyAttempts` if none is due yet.

        It counts as failed before it is made, so that many at once are not one.
        """
        account, place = _key("account", email), _key("address", address)
        allowed = {account: self._allowed_by_account, place: self._allowed_by_address}
        # Always in one order, so that two attempts do not wait for each other for ever.
        keys = sorted(allowed)
        now = self._clock()
        for key in keys:
            await self._failed_logins.ensure(key, now)
        async with self._transaction():
            known = [await self._known(key) for key in keys]
            longest = max(failed.wait(allowed[failed.key], now) for failed in known)
            wait = ceil(longest.total_seconds())
            if wait > 0:
                raise TooManyAttempts(f"Too many logins have failed; try again in {wait} s.", wait)
            for failed in known:
                await self._failed_logins.replace(failed.with_another(now))
        yield
        async with self._transaction():
            for key in keys:
                failed = await self._known(key)
                await self._failed_logins.replace(failed.forgiven(all_of_them=key == account))

    async def _known(self, key: str) -> FailedLogins:
        known = await self._failed_logins.get_for_update(key)
        return known or FailedLogins(key=key, failures=0, last_at=self._clock())


def _key(kind: str, name: str) -> str:
    """Where somebody comes from, and who they say they are, is nobody's to read."""
    return sha256(f"{kind}:{name}".encode()).hexdigest()
