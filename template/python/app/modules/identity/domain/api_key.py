"""API keys: credentials of programs that call on behalf of a user."""

import datetime as dt
import hmac
import secrets
from dataclasses import dataclass, replace
from typing import Self
from uuid import UUID

from app.kernel.errors import RuleViolation
from app.modules.identity.domain.secret import fingerprint, new_secret

# First part of each key, by which people and secret scanners recognize a leaked one.
MARK = "ak"
# Recording every request would double the writes.
RECORD_USE_EVERY = dt.timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """API key of a user: `ak_<prefix>_<secret>`, of which only a hash of the secret is stored.

    Without `scopes`, a key has all rights of its owner.
    """

    id: UUID
    user_id: UUID
    name: str
    prefix: str
    fingerprint: str
    scopes: frozenset[str] | None
    created_at: dt.datetime
    expires_at: dt.datetime | None
    last_used_at: dt.datetime | None = None
    revoked_at: dt.datetime | None = None

    @classmethod
    def new(
        cls,
        *,
        id: UUID,
        user_id: UUID,
        name: str,
        scopes: frozenset[str] | None,
        expires_at: dt.datetime | None,
        now: dt.datetime,
    ) -> tuple[Self, str]:
        """Return a new key and its text, which is shown only once."""
        if expires_at is not None and expires_at <= now:
            raise RuleViolation("The expiry of a key must be in the future.")
        prefix, secret = secrets.token_hex(6), new_secret()
        key = cls(
            id=id,
            user_id=user_id,
            name=name,
            prefix=prefix,
            fingerprint=fingerprint(secret),
            scopes=scopes,
            created_at=now,
            expires_at=expires_at,
        )
        return key, f"{MARK}_{prefix}_{secret}"

    def accepts(self, secret: str, now: dt.datetime) -> bool:
        """Return whether `secret` is the key's and the key is neither expired nor revoked."""
        has_ended = self.revoked_at is not None or (
            self.expires_at is not None and self.expires_at <= now
        )
        # Comparison in constant time does not reveal how much of a guess is right.
        return hmac.compare_digest(fingerprint(secret), self.fingerprint) and not has_ended

    def should_record_use(self, now: dt.datetime) -> bool:
        """Return whether the recorded last use is old enough to be replaced."""
        return self.last_used_at is None or now - self.last_used_at >= RECORD_USE_EVERY

    def revoked(self, now: dt.datetime) -> Self:
        return self if self.revoked_at else replace(self, revoked_at=now)


def split_key(text: str) -> tuple[str, str] | None:
    """Return prefix and secret of the text of a key, or None if it has another form."""
    mark, _, rest = text.partition("_")
    prefix, _, secret = rest.partition("_")
    return (prefix, secret) if mark == MARK and prefix and secret else None
