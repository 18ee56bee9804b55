"""What a key is for."""

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
def test_a_key_is_for_its_scopes(
    scopes: frozenset[str] | None, allowed: set[Action], action: Action
) -> None:
    caller = replace(fakes.ALICE, scopes=scopes)
    asked = fakes.Everybody()

    if action in allowed:
        ScopedPolicy(asked).require(caller, action, "things", UUID(int=9))
        assert asked.asked == [(caller, action, "things", UUID(int=9))]
    else:
        with pytest.raises(NotAllowed, match=f"things:{action}"):
            ScopedPolicy(asked).require(caller, action, "things", UUID(int=9))


def test_a_scope_adds_no_right() -> None:
    caller = replace(fakes.ALICE, scopes=frozenset({"things:read"}))

    with pytest.raises(NotAllowed):
        ScopedPolicy(fakes.Nobody()).require(caller, Action.READ, "things")
    assert ScopedPolicy(fakes.Nobody()).visible_owner(caller, "things") == caller.id
