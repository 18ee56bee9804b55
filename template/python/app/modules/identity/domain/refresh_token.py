"""Refresh tokens: each is used once, and a second use betrays a theft."""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshToken:
    """One token of a family; a family begins at a login and grows with each refresh."""

    fingerprint: str
    family_id: UUID
    user_id: UUID
    expires_at: dt.datetime
    used: bool = False
