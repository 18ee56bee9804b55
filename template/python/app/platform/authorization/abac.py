"""Attribute-based access control: policies over caller, action, resource and owner."""

from collections.abc import Callable
from dataclasses import dataclass
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

# Resources, such as "invoices", that only their owners and administrators see.
PRIVATE_RESOURCES: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class AccessRequest:
    """Attributes that policies decide on; without `owner_id`, the request is for any owner."""

    caller: Principal
    action: Action
    resource: str
    owner_id: UUID | None


def _administrators_do_everything(request: AccessRequest) -> bool:
    return request.caller.role == ADMIN_ROLE


def _everyone_reads(request: AccessRequest) -> bool:
    return request.action is Action.READ


def _owners_write_and_delete(request: AccessRequest) -> bool:
    return request.action in {Action.WRITE, Action.DELETE} and (
        request.owner_id in {None, request.caller.id}
    )


# A request is allowed if at least one of these policies allows it.
POLICIES: tuple[Callable[[AccessRequest], bool], ...] = (
    _administrators_do_everything,
    _everyone_reads,
    _owners_write_and_delete,
)


class Policy:
    """Allows a request if one of `POLICIES` does."""

    def require(
        self, caller: Principal, action: Action, resource: str, owner_id: UUID | None = None
    ) -> None:
        request = AccessRequest(caller, action, resource, owner_id)
        if not any(allows(request) for allows in POLICIES):
            raise NotAllowed(f"No policy lets you {action} {resource} of others.")

    def visible_owner(self, caller: Principal, resource: str) -> UUID | None:
        is_restricted = resource in PRIVATE_RESOURCES and caller.role != ADMIN_ROLE
        return caller.id if is_restricted else None
