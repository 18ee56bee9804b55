"""User management: lookup, roles and deletion."""

from uuid import UUID

import pytest

from app.kernel.errors import Conflict, NotAllowed, NotAuthenticated, NotFound
from app.kernel.events import EventBus
from app.modules.identity import UserDeleted
from app.modules.identity.application.user_management import UserManagement
from app.modules.identity.domain.user import User
from app.platform.authorization import ADMIN_ROLE, DEFAULT_ROLE
from tests import fakes


class Environment:
    """Use cases on in-memory ports."""

    def __init__(self, access: fakes.AllowAll | fakes.DenyAll) -> None:
        self.users = fakes.InMemoryUsers()
        self.events: list[UserDeleted] = []
        bus = EventBus()
        bus.subscribe(UserDeleted, self._record)
        self.use_cases = UserManagement(
            users=self.users,
            access=access,
            events=bus,
            clock=fakes.Clock(),
            new_id=iter([fakes.ALICE.id, UUID(int=8)]).__next__,
            transaction=fakes.no_transaction,
        )

    async def _record(self, event: UserDeleted) -> None:
        self.events.append(event)

    async def alice(self) -> User:
        return await self.use_cases.assign_role("alice@example.com", DEFAULT_ROLE)


@pytest.fixture
def environment() -> Environment:
    return Environment(fakes.AllowAll())


async def test_users_are_found_by_id_and_in_pages(environment: Environment) -> None:
    alice = await environment.alice()

    assert await environment.use_cases.get(fakes.BOB, alice.id) == alice
    assert (await environment.use_cases.page(fakes.BOB, 20, None)).items == [alice]
    with pytest.raises(NotFound):
        await environment.use_cases.get(fakes.BOB, UUID(int=9))


async def test_me_returns_the_caller(environment: Environment) -> None:
    with pytest.raises(NotAuthenticated):
        await environment.use_cases.me(fakes.ALICE)

    alice = await environment.alice()

    assert await environment.use_cases.me(fakes.ALICE) == alice


async def test_own_role_cannot_be_changed(environment: Environment) -> None:
    alice = await environment.alice()

    changed = await environment.use_cases.change_role(fakes.BOB, alice.id, ADMIN_ROLE)

    assert changed.role == ADMIN_ROLE
    assert await environment.users.get(alice.id) == changed
    with pytest.raises(Conflict):
        await environment.use_cases.change_role(fakes.ALICE, alice.id, DEFAULT_ROLE)


async def test_deletion_publishes_an_event(environment: Environment) -> None:
    alice = await environment.alice()

    with pytest.raises(Conflict):
        await environment.use_cases.delete(fakes.ALICE, alice.id)
    await environment.use_cases.delete(fakes.BOB, alice.id)

    assert environment.users.users == {}
    assert environment.events == [UserDeleted(alice.id, deleted_by=fakes.BOB.id)]


async def test_assign_role_to_existing_user_changes_the_role(environment: Environment) -> None:
    before = await environment.alice()

    after = await environment.use_cases.assign_role("Alice@example.com", ADMIN_ROLE)

    assert (after.id, after.created_at) == (before.id, before.created_at)
    assert after.role == ADMIN_ROLE
    assert list(environment.users.users.values()) == [after]


async def test_missing_right_changes_nothing() -> None:
    environment = Environment(fakes.DenyAll())
    alice = await environment.alice()

    for act in (
        environment.use_cases.page(fakes.ALICE, 20, None),
        environment.use_cases.get(fakes.ALICE, alice.id),
        environment.use_cases.change_role(fakes.ALICE, alice.id, ADMIN_ROLE),
        environment.use_cases.delete(fakes.ALICE, alice.id),
    ):
        with pytest.raises(NotAllowed):
            await act

    assert list(environment.users.users.values()) == [alice]
