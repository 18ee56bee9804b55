"""Permissions such as `products:write`, granted to each user; administrators need none."""

from enum import StrEnum
from uuid import UUID

from app.kernel.access import Action, Principal
from app.kernel.errors import NotAllowed


class Role(StrEnum):
    """Role of a user, in ascending order of rights."""

    MEMBER = "member"
    ADMIN = "admin"


DEFAULT_ROLE = Role.MEMBER
ADMIN_ROLE = Role.ADMIN

# Stands for every resource: `*:read`.
ANY_RESOURCE = "*"


class Policy:
    """Allows the actions that the caller was granted, on entities of any owner."""

    def require(
        self, caller: Principal, action: Action, resource: str, owner_id: UUID | None = None
    ) -> None:
        sufficient = {f"{resource}:{action}", f"{ANY_RESOURCE}:{action}"}
        if caller.role != ADMIN_ROLE and sufficient.isdisjoint(caller.permissions):
            raise NotAllowed(f"This needs the permission {resource}:{action}.")

    def visible_owner(self, caller: Principal, resource: str) -> UUID | None:
        return None
