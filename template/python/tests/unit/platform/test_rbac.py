"""Role-based access control: each role and action."""

from uuid import UUID

import pytest

from app.kernel.access import Action, Principal
from app.kernel.errors import NotAllowed
from app.platform.authorization.rbac import Policy, Role

ALLOWED = {
    Role.VIEWER: {Action.READ},
    Role.EDITOR: {Action.READ, Action.WRITE},
    Role.ADMIN: {Action.READ, Action.WRITE, Action.DELETE, Action.MANAGE},
}


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("action", Action)
def test_role_allows_its_actions_only(role: Role, action: Action) -> None:
    caller = Principal(UUID(int=1), role)

    if action in ALLOWED[role]:
        Policy().require(caller, action, "things", UUID(int=2))
    else:
        with pytest.raises(NotAllowed, match=f"The role {role} may not {action} things"):
            Policy().require(caller, action, "things", UUID(int=1))
