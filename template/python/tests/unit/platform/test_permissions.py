"""Permission-based access control."""

from uuid import UUID

import pytest

from app.kernel.access import Action, Principal
from app.kernel.errors import NotAllowed
from app.platform.authorization.permissions import Policy, Role


def is_allowed(caller: Principal, action: Action, resource: str) -> bool:
    try:
        Policy().require(caller, action, resource, UUID(int=9))
    except NotAllowed:
        return False
    return True


@pytest.mark.parametrize("action", Action)
def test_member_is_allowed_granted_actions_only(action: Action) -> None:
    granted = frozenset({"things:write", "*:read"})
    caller = Principal(UUID(int=1), Role.MEMBER, permissions=granted)

    assert is_allowed(caller, action, "things") == (action in {Action.READ, Action.WRITE})
    assert is_allowed(caller, action, "others") == (action == Action.READ)


@pytest.mark.parametrize("action", Action)
def test_administrator_needs_no_permission(action: Action) -> None:
    assert is_allowed(Principal(UUID(int=1), Role.ADMIN), action, "things")
    assert not is_allowed(Principal(UUID(int=1), Role.MEMBER), action, "things")


def test_entities_of_all_owners_are_visible() -> None:
    caller = Principal(UUID(int=1), Role.MEMBER)

    assert Policy().visible_owner(caller, "things") is None
