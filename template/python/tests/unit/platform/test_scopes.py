"""Scopes of API keys restrict the rights of their owner."""

from dataclasses import replace
from uuid import UUID

import pytest

from app.kernel.access import Action
from app.kernel.errors import NotAllowed
from app.platform.authorization.scopes import ScopedPolicy
from tests import fakes


@pytest.mark.parametrize(
    ("scopes", "allowed"),
    [
        (None, set(Action)),
        (frozenset({"things:read"}), {Action.READ}),
        (frozenset({"*:write", "things:read"}), {Action.READ, Action.WRITE}),
        (frozenset({"others:read"}), set()),
        (frozenset(), set()),
    ],
)
@pytest.mark.parametrize("action", Action)
def test_key_allows_actions_within_its_scopes_only(
    scopes: frozenset[str] | None, allowed: set[Action], action: Action
) -> None:
    caller = replace(fakes.ALICE, scopes=scopes)
    policy = fakes.AllowAll()

    if action in allowed:
        ScopedPolicy(policy).require(caller, action, "things", UUID(int=9))
        assert policy.requests == [(caller, action, "things", UUID(int=9))]
    else:
        with pytest.raises(NotAllowed, match=f"things:{action}"):
            ScopedPolicy(policy).require(caller, action, "things", UUID(int=9))


def test_scope_does_not_extend_the_rights_of_the_owner() -> None:
    caller = replace(fakes.ALICE, scopes=frozenset({"things:read"}))

    with pytest.raises(NotAllowed):
        ScopedPolicy(fakes.DenyAll()).require(caller, Action.READ, "things")
    assert ScopedPolicy(fakes.DenyAll()).visible_owner(caller, "things") == caller.id
