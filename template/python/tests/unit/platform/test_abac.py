"""Attribute-based access control: each combination of caller, action and owner."""

from uuid import UUID

import pytest

from app.kernel.access import Action, Principal
from app.kernel.errors import NotAllowed
from app.platform.authorization import ADMIN_ROLE, DEFAULT_ROLE, abac

ANN = Principal(UUID(int=1), DEFAULT_ROLE)
ADMIN = Principal(UUID(int=2), ADMIN_ROLE)
MINE, THEIRS, ANY = ANN.id, UUID(int=3), None
ENTITY_ACTIONS = {Action.READ, Action.WRITE, Action.DELETE}

ALLOWED = {
    *((ADMIN, action, owner) for action in Action for owner in (MINE, THEIRS, ANY)),
    *((ANN, action, owner) for action in ENTITY_ACTIONS for owner in (MINE, ANY)),
    (ANN, Action.READ, THEIRS),
}


@pytest.mark.parametrize("caller", [ANN, ADMIN])
@pytest.mark.parametrize("action", Action)
@pytest.mark.parametrize("owner", [MINE, THEIRS, ANY])
def test_policies_allow_the_expected_combinations(
    caller: Principal, action: Action, owner: UUID | None
) -> None:
    policy = abac.Policy()

    if (caller, action, owner) in ALLOWED:
        policy.require(caller, action, "things", owner)
    else:
        with pytest.raises(NotAllowed, match=f"{action} things"):
            policy.require(caller, action, "things", owner)


def test_private_resources_are_visible_to_owners_and_administrators(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    policy = abac.Policy()
    assert policy.visible_owner(ANN, "secrets") is None

    monkeypatch.setattr(abac, "PRIVATE_RESOURCES", frozenset({"secrets"}))

    assert policy.visible_owner(ANN, "secrets") == ANN.id
    assert policy.visible_owner(ANN, "things") is None
    assert policy.visible_owner(ADMIN, "secrets") is None
