"""What an access token stands for."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class TokenSession:
    """A login of somebody, from then until they log out or are logged out."""

    user_id: UUID
    id: UUID
