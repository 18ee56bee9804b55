"""API keys: what programs prove with on whose behalf they call."""

import datetime as dt
import hmac
import secrets
from dataclasses import dataclass, replace
from typing import Self
from uuid import UUID

from app.kernel.errors import RuleViolation
from app.modules.identity.domain.secret import fingerprint, new_secret

# What keys begin with, so that people and scanners recognise one that has got lost.
MARK = "ak"
# To note each request would write as often as it reads.
NOTED_EVERY = dt.timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """A key of a user: `ak_<prefix>_<secret>`, of which the secret is kept nowhere.

    Without `scopes`, a key is for all that its owner may do.
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
        """A key, and the text of it, which is seen this once."""
        if expires_at is not None and expires_at <= now:
            raise RuleViolation("A key expires in the future, or not at all.")
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

    def is_proved_by(self, secret: str, now: dt.datetime) -> bool:
        """Whether `secret` is the key's, and the key is still good."""
        ended = self.revoked_at is not None or (
            self.expires_at is not None and self.expires_at <= now
        )
        # In constant time, so that the time tells nothing of how much is right.
        return hmac.compare_digest(fingerprint(secret), self.fingerprint) and not ended

    def needs_note(self, now: dt.datetime) -> bool:
        """Whether its last use is so long ago that this one should be noted."""
        return self.last_used_at is None or now - self.last_used_at >= NOTED_EVERY

    def revoked(self, now: dt.datetime) -> Self:
        return self if self.revoked_at else replace(self, revoked_at=now)


def parts_of(key: str) -> tuple[str, str] | None:
    """The prefix and the secret in the text of a key, if it is one."""
    mark, _, rest = key.partition("_")
    prefix, _, secret = rest.partition("_")
    return (prefix, secret) if mark == MARK and prefix and secret else None
