"""Role-based access control: the actions of each role."""

from collections.abc import Mapping
from enum import StrEnum
from uuid import UUID

from app.kernel.access import Action, Principal
from app.kernel.errors import NotAllowed


class Role(StrEnum):
    """Role of a user, in ascending order of rights."""

    VIEWER = "viewer"
    EDITOR = "editor"
    ADMIN = "admin"


DEFAULT_ROLE = Role.VIEWER
ADMIN_ROLE = Role.ADMIN

GRANTS: Mapping[str, frozenset[Action]] = {
    Role.VIEWER: frozenset({Action.READ}),
    Role.EDITOR: frozenset({Action.READ, Action.WRITE}),
    Role.ADMIN: frozenset({Action.READ, Action.WRITE, Action.DELETE, Action.MANAGE}),
}


class Policy:
    """Allows the actions of the caller's role on any resource of any owner."""

    def require(
        self, caller: Principal, action: Action, resource: str, owner_id: UUID | None = None
    ) -> None:
        if action not in GRANTS[caller.role]:
            raise NotAllowed(f"The role {caller.role} may not {action} {resource}.")

    def visible_owner(self, caller: Principal, resource: str) -> UUID | None:
        return None
