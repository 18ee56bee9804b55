"""Claims of an access token."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessTokenClaims:
    """User and session that an access token was issued for; a session begins with a login."""

    user_id: UUID
    session_id: UUID
