"""Role-based access control: what each role may do, in one table."""

from uuid import UUID

from app.kernel.access import Action, Principal, Role
from app.kernel.errors import NotAllowed

GRANTS: dict[Role, frozenset[Action]] = {
    Role.VIEWER: frozenset({Action.READ}),
    Role.EDITOR: frozenset({Action.READ, Action.WRITE}),
    Role.ADMIN: frozenset({Action.READ, Action.WRITE, Action.DELETE, Action.MANAGE}),
}


class RoleBasedAccess:
    """Allows what the caller's role grants, whatever the kind of thing and whoever owns it."""

    def require(
        self, caller: Principal, action: Action, kind: str, owner_id: UUID | None = None
    ) -> None:
        if action not in GRANTS[caller.role]:
            raise NotAllowed(f"The role {caller.role} may not {action} {kind}.")

    def visible_owner(self, caller: Principal, kind: str) -> UUID | None:
        return None
