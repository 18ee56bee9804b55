"""Sessions: they start with a login, and end when idle for too long or at a fixed time."""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

# Recording every request would double the writes.
RECORD_USE_EVERY = dt.timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Session of a user; the browser holds the secret that `fingerprint` is the hash of."""

    fingerprint: str
    user_id: UUID
    last_used_at: dt.datetime
    expires_at: dt.datetime

    def is_active(self, now: dt.datetime, idle: dt.timedelta) -> bool:
        return now < min(self.expires_at, self.last_used_at + idle)

    def should_record_use(self, now: dt.datetime) -> bool:
        """Return whether the recorded last use is old enough to be replaced."""
        return now - self.last_used_at >= RECORD_USE_EVERY
