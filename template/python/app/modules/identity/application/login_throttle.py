"""Login throttle: it slows down attempts to guess passwords."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from math import ceil
from typing import Protocol

from app.kernel.errors import TooManyAttempts
from app.kernel.ports import Clock, Transaction
from app.modules.identity.domain.failed_logins import FailedLogins


class FailedLoginRepository(Protocol):
    """Repository of failed logins."""

    async def ensure(self, key: str, now: datetime) -> None:
        """Store a count of zero for `key` unless there is one."""

    async def get_for_update(self, key: str) -> FailedLogins | None:
        """Return the current count of `key`, locked until the transaction ends."""

    async def replace(self, failed: FailedLogins) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginThrottle:
    """Limit of wrong passwords for each account and from each address, followed by waits.

    Unknown emails are counted as well, so that a wait does not reveal which are registered.
    """

    failed_logins: FailedLoginRepository
    allowed_per_account: int
    allowed_per_address: int
    clock: Clock
    transaction: Transaction

    @asynccontextmanager
    async def attempt(self, email: str, address: str) -> AsyncIterator[None]:
        """Enclose the verification of a password; raise `TooManyAttempts` during a wait.

        An attempt counts as failed until it succeeds, so that concurrent ones are all counted.
        """
        account, place = _key("account", email), _key("address", address)
        allowed = {account: self.allowed_per_account, place: self.allowed_per_address}
        # One order for all prevents deadlocks between attempts.
        keys = sorted(allowed)
        now = self.clock()
        for key in keys:
            await self.failed_logins.ensure(key, now)
        async with self.transaction():
            known = [await self._known(key) for key in keys]
            longest = max(failed.wait(allowed[failed.key], now) for failed in known)
            wait = ceil(longest.total_seconds())
            if wait > 0:
                raise TooManyAttempts(f"Too many logins have failed; try again in {wait} s.", wait)
            for failed in known:
                await self.failed_logins.replace(failed.with_failure(now))
        yield
        async with self.transaction():
            for key in keys:
                failed = await self._known(key)
                await self.failed_logins.replace(failed.with_success(resets=key == account))

    async def _known(self, key: str) -> FailedLogins:
        known = await self.failed_logins.get_for_update(key)
        return known or FailedLogins(key=key, failures=0, last_at=self.clock())


def _key(kind: str, name: str) -> str:
    """Return a hash, so that the table reveals neither emails nor addresses."""
    return sha256(f"{kind}:{name}".encode()).hexdigest()
