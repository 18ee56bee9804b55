"""How long somebody waits who has failed to log in, so that guessing takes for ever."""

import datetime as dt
from dataclasses import dataclass, replace
from typing import Self

LONGEST_WAIT = dt.timedelta(minutes=15)
FORGOTTEN_AFTER = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedLogins:
    """The failures in a row of one account, or from one address."""

    key: str
    failures: int
    last_at: dt.datetime

    def wait(self, allowed: int, now: dt.datetime) -> dt.timedelta:
        """How long until the next try is due; each failure after those `allowed` doubles it."""
        if self.failures < allowed:
            return dt.timedelta()
        doublings = min(self.failures - allowed, 20)
        return self.last_at + min(dt.timedelta(seconds=2**doublings), LONGEST_WAIT) - now

    def with_another(self, now: dt.datetime) -> Self:
        known = 0 if now - self.last_at >= FORGOTTEN_AFTER else self.failures
        return replace(self, failures=known + 1, last_at=now)

    def forgiven(self, *, all_of_them: bool) -> Self:
        """After a success: it was no failure itself, and an account's earlier ones are over."""
        return replace(self, failures=0 if all_of_them else max(0, self.failures - 1))
