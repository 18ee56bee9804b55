"""Refresh tokens: each is used once, and a second use revokes its family."""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshToken:
    """Token of a family; a login starts the family, and each refresh adds a token to it."""

    fingerprint: str
    family_id: UUID
    user_id: UUID
    expires_at: dt.datetime
    used: bool = False
