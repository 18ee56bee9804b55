"""Who may do what: the whole table."""

from uuid import UUID

import pytest

from app.kernel.access import Action, Principal
from app.kernel.errors import NotAllowed
from app.platform.authorization.rbac import Policy, Role

MAY = {
    Role.VIEWER: {Action.READ},
    Role.EDITOR: {Action.READ, Action.WRITE},
    Role.ADMIN: {Action.READ, Action.WRITE, Action.DELETE, Action.MANAGE},
}


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("action", Action)
def test_each_role_has_its_rights_and_no_other(role: Role, action: Action) -> None:
    caller = Principal(UUID(int=1), role)

    if action in MAY[role]:
        Policy().require(caller, action, "things", UUID(int=2))
    else:
        with pytest.raises(NotAllowed, match=f"The role {role} may not {action} things"):
            Policy().require(caller, action, "things", UUID(int=1))
