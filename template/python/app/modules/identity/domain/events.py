"""What happens to users that other modules may want to know."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class UserDeleted:
    """An administrator has deleted a user; what the user owned needs a new owner."""

    user_id: UUID
    deleted_by: UUID
