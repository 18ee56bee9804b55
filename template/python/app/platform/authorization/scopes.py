"""Scopes of API keys, such as `products:read`: they restrict the rights of the key's owner."""

from dataclasses import dataclass
from uuid import UUID

from app.kernel.access import AccessPolicy, Action, Principal
from app.kernel.errors import NotAllowed

# Stands for every resource: `*:read`.
ANY_RESOURCE = "*"


@dataclass(frozen=True, slots=True)
class ScopedPolicy:
    """Allows what `policy` allows, within the scopes of the caller's key."""

    policy: AccessPolicy

    def require(
        self, caller: Principal, action: Action, resource: str, owner_id: UUID | None = None
    ) -> None:
        sufficient = {f"{resource}:{action}", f"{ANY_RESOURCE}:{action}"}
        if caller.scopes is not None and sufficient.isdisjoint(caller.scopes):
            raise NotAllowed(f"This needs a key with the scope {resource}:{action}.")
        self.policy.require(caller, action, resource, owner_id)

    def visible_owner(self, caller: Principal, resource: str) -> UUID | None:
        return self.policy.visible_owner(caller, resource)
