"""A user of the service, and the rules that users follow."""

import datetime as dt
from dataclasses import dataclass, replace
from typing import Self
from uuid import UUID

from app.kernel.access import Role
from app.kernel.errors import Conflict


def normalized_email(email: str) -> str:
    """One spelling for each address: people do not remember how they capitalised it."""
    return email.strip().lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """Somebody whom the service knows."""

    id: UUID
    email: str
    role: Role
    created_at: dt.datetime

    @classmethod
    def new(cls, *, id: UUID, email: str, role: Role, now: dt.datetime) -> Self:
        return cls(id=id, email=normalized_email(email), role=role, created_at=now)

    def with_role(self, role: Role, changed_by: UUID) -> Self:
        """Nobody changes their own role, so that an administrator always remains."""
        if changed_by == self.id and role != self.role:
            raise Conflict("Nobody changes their own role; ask another administrator.")
        return replace(self, role=role)

    def check_deletion(self, deleted_by: UUID) -> None:
        """Nobody deletes themself, so that an administrator always remains."""
        if deleted_by == self.id:
            raise Conflict("Nobody deletes themself; ask another administrator.")
