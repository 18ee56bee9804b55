"""Scopes: what a key is for, however much more its owner may do."""

from uuid import UUID

from app.kernel.access import AccessPolicy, Action, Principal
from app.kernel.errors import NotAllowed

# Stands for every kind of thing: `*:read`.
ANY_RESOURCE = "*"


class WithinScopes:
    """Allows what `policy` allows, and of that only what the caller's key is for."""

    def __init__(self, policy: AccessPolicy) -> None:
        self._policy = policy

    def require(
        self, caller: Principal, action: Action, kind: str, owner_id: UUID | None = None
    ) -> None:
        enough = {f"{kind}:{action}", f"{ANY_RESOURCE}:{action}"}
        if caller.scopes is not None and enough.isdisjoint(caller.scopes):
            raise NotAllowed(f"This needs a key with the scope {kind}:{action}.")
        self._policy.require(caller, action, kind, owner_id)

    def visible_owner(self, caller: Principal, kind: str) -> UUID | None:
        return self._policy.visible_owner(caller, kind)
