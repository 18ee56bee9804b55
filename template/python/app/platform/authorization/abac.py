"""Attribute-based access control: policies over who asks, what for, and whose it is."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from app.kernel.access import Action, Principal, Role
from app.kernel.errors import NotAllowed

# Kinds of things, such as "invoices", that nobody sees but their owners and administrators.
PRIVATE_RESOURCES: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Request:
    """What policies look at; without `owner_id`, whether it may be done to any thing at all."""

    caller: Principal
    action: Action
    kind: str
    owner_id: UUID | None


def _is_from_an_administrator(request: Request) -> bool:
    return request.caller.role is Role.ADMIN


def _reads(request: Request) -> bool:
    return request.action is Action.READ


def _changes_what_is_theirs(request: Request) -> bool:
    return request.action in {Action.WRITE, Action.DELETE} and (
        request.owner_id in {None, request.caller.id}
    )


# A request is allowed if one of these says so.
POLICIES: tuple[Callable[[Request], bool], ...] = (
    _is_from_an_administrator,
    _reads,
    _changes_what_is_theirs,
)


class AttributeBasedAccess:
    """Allows what a policy allows."""

    def require(
        self, caller: Principal, action: Action, kind: str, owner_id: UUID | None = None
    ) -> None:
        request = Request(caller, action, kind, owner_id)
        if not any(policy(request) for policy in POLICIES):
            raise NotAllowed(f"No policy lets you {action} {kind} of others.")

    def visible_owner(self, caller: Principal, kind: str) -> UUID | None:
        return caller.id if kind in PRIVATE_RESOURCES and caller.role is not Role.ADMIN else None
