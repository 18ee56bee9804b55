"""Callers, their authentication, and the access policy that use cases consult."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol
from uuid import UUID

Role = str
"""Role of a user; the access policy defines which there are."""


class Action(StrEnum):
    """Operation on a kind of resource."""

    READ = "read"
    WRITE = "write"
    DELETE = "delete"
    MANAGE = "manage"


@dataclass(frozen=True, slots=True)
class Principal:
    """Authenticated caller of a use case.

    `scopes` restricts what the credential may be used for; None means no restriction.
    """

    id: UUID
    role: Role
    permissions: frozenset[str] = frozenset()
    scopes: frozenset[str] | None = None


class Authenticator(Protocol):
    """Authentication of a credential."""

    async def authenticate(self, credential: str) -> Principal:
        """Return the current owner of `credential`; raise `NotAuthenticated` if there is none."""


class AccessPolicy(Protocol):
    """Decision on what a caller may do and see."""

    def require(
        self, caller: Principal, action: Action, resource: str, owner_id: UUID | None = None
    ) -> None:
        """Return if `caller` may perform `action` on `resource`, else raise `NotAllowed`.

        `resource` is the plural name of the entity. Without `owner_id`, the question is whether
        the caller may perform the action on any entity at all, such as a new one.
        """

    def visible_owner(self, caller: Principal, resource: str) -> UUID | None:
        """Return the only owner whose entities the caller sees, or None if they see all."""
