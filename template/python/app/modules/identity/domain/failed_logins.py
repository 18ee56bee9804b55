"""Failed logins, and the growing wait that they cause."""

import datetime as dt
from dataclasses import dataclass, replace
from typing import Self

LONGEST_WAIT = dt.timedelta(minutes=15)
FORGOTTEN_AFTER = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedLogins:
    """Consecutive failed logins to one account, or from one address."""

    key: str
    failures: int
    last_at: dt.datetime

    def wait(self, allowed: int, now: dt.datetime) -> dt.timedelta:
        """Return the time until the next attempt; each failure beyond `allowed` doubles it."""
        if self.failures < allowed:
            return dt.timedelta()
        doublings = min(self.failures - allowed, 20)
        return self.last_at + min(dt.timedelta(seconds=2**doublings), LONGEST_WAIT) - now

    def with_failure(self, now: dt.datetime) -> Self:
        failures = 0 if now - self.last_at >= FORGOTTEN_AFTER else self.failures
        return replace(self, failures=failures + 1, last_at=now)

    def with_success(self, *, resets: bool) -> Self:
        """Return the count without the last attempt, or without any if a success resets it."""
        return replace(self, failures=0 if resets else max(0, self.failures - 1))
