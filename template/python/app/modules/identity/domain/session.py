"""Sessions: what a login begins, and what ends by itself when nobody uses it, or in any case."""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

# To note each request would write as often as it reads.
NOTED_EVERY = dt.timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A login of somebody; the browser holds what `fingerprint` was made from."""

    fingerprint: str
    user_id: UUID
    last_used_at: dt.datetime
    expires_at: dt.datetime

    def is_alive(self, now: dt.datetime, idle: dt.timedelta) -> bool:
        return now < min(self.expires_at, self.last_used_at + idle)

    def needs_note(self, now: dt.datetime) -> bool:
        """Whether its last use is so long ago that this one should be noted."""
        return now - self.last_used_at >= NOTED_EVERY
