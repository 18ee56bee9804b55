"""Managing people."""

from uuid import UUID

import pytest

from app.kernel.errors import Conflict, NotAllowed, NotAuthenticated, NotFound
from app.kernel.events import EventBus
from app.modules.identity import UserDeleted
from app.modules.identity.application.user_administration import UserAdministration
from app.modules.identity.domain.user import User
from app.platform.authorization import ADMIN_ROLE, DEFAULT_ROLE
from tests import fakes


class Setting:
    """The use cases, with everything around them in memory."""

    def __init__(self, access: fakes.Everybody | fakes.Nobody) -> None:
        self.users = fakes.InMemoryUsers()
        self.events: list[UserDeleted] = []
        bus = EventBus()
        bus.subscribe(UserDeleted, self._note)
        self.use_cases = UserAdministration(
            self.users,
            access=access,
            events=bus,
            clock=fakes.Clock(),
            new_id=iter([fakes.ALICE.id, UUID(int=8)]).__next__,
            transaction=fakes.no_transaction,
        )

    async def _note(self, event: UserDeleted) -> None:
        self.events.append(event)

    async def alice(self) -> User:
        return await self.use_cases.assign_role("alice@example.com", DEFAULT_ROLE)


@pytest.fixture
def setting() -> Setting:
    return Setting(fakes.Everybody())


async def test_people_are_found(setting: Setting) -> None:
    alice = await setting.alice()

    assert await setting.use_cases.get(fakes.BOB, alice.id) == alice
    assert (await setting.use_cases.page(fakes.BOB, 20, None)).items == [alice]
    with pytest.raises(NotFound):
        await setting.use_cases.get(fakes.BOB, UUID(int=9))


async def test_one_learns_who_one_is(setting: Setting) -> None:
    with pytest.raises(NotAuthenticated):
        await setting.use_cases.me(fakes.ALICE)

    alice = await setting.alice()

    assert await setting.use_cases.me(fakes.ALICE) == alice


async def test_a_role_is_given_by_another(setting: Setting) -> None:
    alice = await setting.alice()

    changed = await setting.use_cases.change_role(fakes.BOB, alice.id, ADMIN_ROLE)

    assert changed.role == ADMIN_ROLE
    assert await setting.users.get(alice.id) == changed
    with pytest.raises(Conflict):
        await setting.use_cases.change_role(fakes.ALICE, alice.id, DEFAULT_ROLE)


async def test_who_is_deleted_is_announced(setting: Setting) -> None:
    alice = await setting.alice()

    with pytest.raises(Conflict):
        await setting.use_cases.delete(fakes.ALICE, alice.id)
    await setting.use_cases.delete(fakes.BOB, alice.id)

    assert setting.users.users == {}
    assert setting.events == [UserDeleted(alice.id, deleted_by=fakes.BOB.id)]


async def test_appointing_again_changes_the_role(setting: Setting) -> None:
    before = await setting.alice()

    after = await setting.use_cases.assign_role("Alice@example.com", ADMIN_ROLE)

    assert (after.id, after.created_at) == (before.id, before.created_at)
    assert after.role == ADMIN_ROLE
    assert list(setting.users.users.values()) == [after]


async def test_without_the_right_nothing_happens() -> None:
    setting = Setting(fakes.Nobody())
    alice = await setting.alice()

    for act in (
        setting.use_cases.page(fakes.ALICE, 20, None),
        setting.use_cases.get(fakes.ALICE, alice.id),
        setting.use_cases.change_role(fakes.ALICE, alice.id, ADMIN_ROLE),
        setting.use_cases.delete(fakes.ALICE, alice.id),
    ):
        with pytest.raises(NotAllowed):
            await act

    assert list(setting.users.users.values()) == [alice]
