"""Events of users that other modules subscribe to."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class UserDeleted:
    """An administrator has deleted a user; the user's entities need a new owner."""

    user_id: UUID
    deleted_by: UUID
