"""Users, and the rules for changing their role and deleting them."""

import datetime as dt
from dataclasses import dataclass, replace
from typing import Self
from uuid import UUID

from app.kernel.access import Role
from app.kernel.errors import Conflict


def normalized_email(email: str) -> str:
    """Return the one spelling of an email that is stored and looked up."""
    return email.strip().lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """User of the service: a person or a program."""

    id: UUID
    email: str
    role: Role
    created_at: dt.datetime

    @classmethod
    def new(cls, *, id: UUID, email: str, role: Role, now: dt.datetime) -> Self:
        return cls(id=id, email=normalized_email(email), role=role, created_at=now)

    def with_role(self, role: Role, changed_by: UUID | None = None) -> Self:
        """Return the user with another role; `changed_by` is None for the operator.

        Users cannot change their own role, so that at least one administrator remains.
        """
        if changed_by == self.id and role != self.role:
            raise Conflict("You cannot change your own role; ask another administrator.")
        return replace(self, role=role)

    def check_deletion(self, deleted_by: UUID) -> None:
        """Raise `Conflict` if users delete themselves, so that an administrator remains."""
        if deleted_by == self.id:
            raise Conflict("You cannot delete yourself; ask another administrator.")
