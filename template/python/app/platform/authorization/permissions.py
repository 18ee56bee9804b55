"""Permissions such as `products:write`, granted to each user; administrators need none."""

from uuid import UUID

from app.kernel.access import Action, Principal, Role
from app.kernel.errors import NotAllowed

# Stands for every kind of thing: `*:read`.
ANY_RESOURCE = "*"


class PermissionBasedAccess:
    """Allows what the caller was granted, whoever owns the thing."""

    def require(
        self, caller: Principal, action: Action, kind: str, owner_id: UUID | None = None
    ) -> None:
        enough = {f"{kind}:{action}", f"{ANY_RESOURCE}:{action}"}
        if caller.role is not Role.ADMIN and enough.isdisjoint(caller.permissions):
            raise NotAllowed(f"This needs the permission {kind}:{action}.")

    def visible_owner(self, caller: Principal, kind: str) -> UUID | None:
        return None
