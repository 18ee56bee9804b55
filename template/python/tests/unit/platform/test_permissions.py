"""Who may do what: what they were granted."""

from uuid import UUID

import pytest

from app.kernel.access import Action, Principal
from app.kernel.errors import NotAllowed
from app.platform.authorization.permissions import Policy, Role


def may(caller: Principal, action: Action, kind: str) -> bool:
    try:
        Policy().require(caller, action, kind, UUID(int=9))
    except NotAllowed:
        return False
    return True


@pytest.mark.parametrize("action", Action)
def test_a_member_may_do_what_they_were_granted(action: Action) -> None:
    granted = frozenset({"things:write", "*:read"})
    caller = Principal(UUID(int=1), Role.MEMBER, permissions=granted)

    assert may(caller, action, "things") == (action in {Action.READ, Action.WRITE})
    assert may(caller, action, "others") == (action == Action.READ)


@pytest.mark.parametrize("action", Action)
def test_an_administrator_needs_no_grant_and_a_newcomer_has_none(action: Action) -> None:
    assert may(Principal(UUID(int=1), Role.ADMIN), action, "things")
    assert not may(Principal(UUID(int=1), Role.MEMBER), action, "things")


def test_everybody_sees_whoever_owns_it() -> None:
    caller = Principal(UUID(int=1), Role.MEMBER)

    assert Policy().visible_owner(caller, "things") is None
