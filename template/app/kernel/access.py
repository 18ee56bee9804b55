"""Who is calling, and what they may do."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol
from uuid import UUID


class Role(StrEnum):
    """What a user is trusted with; each role includes the ones before it."""

    VIEWER = "viewer"
    EDITOR = "editor"
    ADMIN = "admin"


class Action(StrEnum):
    """What somebody wants to do to a kind of thing."""

    READ = "read"
    WRITE = "write"
    DELETE = "delete"
    MANAGE = "manage"


@dataclass(frozen=True, slots=True)
class Session:
    """A login of somebody, from then until they log out or are logged out."""

    user_id: UUID
    id: UUID


@dataclass(frozen=True, slots=True)
class Principal:
    """The authenticated caller of a use case."""

    id: UUID
    role: Role


class AccessPolicy(Protocol):
    """Decides whether a caller may act."""

    def require(
        self, caller: Principal, action: Action, kind: str, owner_id: UUID | None = None
    ) -> None:
        """Return if `caller` may do `action` to a thing of `kind`, else raise `NotAllowed`.

        `kind` is the plural name of the entity; `owner_id` is given where a thing already exists.
        """
