"""API keys: shown once, for so much and so long, and revoked."""

import datetime as dt
from dataclasses import replace
from uuid import UUID

import pytest

from app.kernel.errors import NotAllowed, NotAuthenticated, NotFound, RuleViolation
from app.kernel.events import EventBus
from app.kernel.paging import Page
from app.modules.identity.application.api_keys import ApiKeys, ApiKeySpec
from app.modules.identity.application.user_administration import UserAdministration
from app.modules.identity.domain.api_key import NOTED_EVERY, ApiKey
from app.modules.identity.domain.user import User
from app.platform.authorization import ADMIN_ROLE, DEFAULT_ROLE
from tests import fakes

EMAIL = "robot@example.com"


class InMemoryApiKeys:
    """Keys in a dictionary."""

    def __init__(self, users: fakes.InMemoryUsers) -> None:
        self._users = users
        self.keys: dict[UUID, ApiKey] = {}

    async def add(self, key: ApiKey) -> None:
        self.keys[key.id] = key

    async def get(self, key_id: UUID) -> ApiKey | None:
        return self.keys.get(key_id)

    async def find(self, prefix: str) -> tuple[ApiKey, User] | None:
        key = next((key for key in self.keys.values() if key.prefix == prefix), None)
        return None if key is None else (key, self._users.users[key.user_id])

    async def page(self, limit: int, after: UUID | None) -> Page[ApiKey]:
        found = [self.keys[key] for key in sorted(self.keys) if not after or key > after]
        return Page(found[:limit], found[limit - 1].id if len(found) > limit else None)

    async def replace(self, key: ApiKey) -> None:
        self.keys[key.id] = key

    async def note_use(self, key_id: UUID, at: dt.datetime) -> None:
        self.keys[key_id] = replace(self.keys[key_id], last_used_at=at)

    async def delete_for_user(self, user_id: UUID) -> None:
        self.keys = {id_: key for id_, key in self.keys.items() if key.user_id != user_id}


class Setting:
    """The use cases, with everything around them in memory."""

    def __init__(self, access: fakes.Everybody | fakes.Nobody) -> None:
        self.clock = fakes.Clock()
        users = fakes.InMemoryUsers()
        numbers = iter(range(1, 1000))
        self.kept = InMemoryApiKeys(users)

        def new_id() -> UUID:
            return UUID(int=next(numbers))

        administration = UserAdministration(
            users,
            access=access,
            events=EventBus(),
            clock=self.clock,
            new_id=new_id,
            transaction=fakes.no_transaction,
        )
        self.use_cases = ApiKeys(
            self.kept,
            users,
            administration=administration,
            default_role=DEFAULT_ROLE,
            access=access,
            clock=self.clock,
            new_id=new_id,
            transaction=fakes.no_transaction,
        )

    async def key(
        self, scopes: frozenset[str] | None = None, expires_at: dt.datetime | None = None
    ) -> tuple[ApiKey, str]:
        owner = await self.use_cases.create_owner(fakes.BOB, f"{len(self.kept.keys)}@example.com")
        order = ApiKeySpec(user_id=owner.id, name="A key", scopes=scopes, expires_at=expires_at)
        made = await self.use_cases.create(fakes.BOB, order)
        return made.key, made.text


@pytest.fixture
def setting() -> Setting:
    return Setting(fakes.Everybody())


async def test_a_key_proves_who_calls_and_what_for(setting: Setting) -> None:
    key, text = await setting.key(frozenset({"things:read"}))

    caller = await setting.use_cases.authenticate(text)

    assert (caller.id, caller.role, caller.scopes) == (key.user_id, DEFAULT_ROLE, key.scopes)
    assert text.startswith(f"ak_{key.prefix}_")
    assert text.rpartition("_")[2] not in str(setting.kept.keys)


async def test_what_is_no_key_proves_nothing(setting: Setting) -> None:
    key, text = await setting.key()
    _, other = await setting.key()
    wrong = f"ak_{key.prefix}_{other.split('_', 2)[2]}"

    for credential in (
        "",
        "ak",
        "ak__",
        f"ak_{key.prefix}_",
        text[:-1],
        f"{text}x",
        wrong,
        "\ud800",
    ):
        with pytest.raises(NotAuthenticated):
            await setting.use_cases.authenticate(credential)


async def test_a_key_expires(setting: Setting) -> None:
    end = setting.clock.now + dt.timedelta(days=1)
    _, text = await setting.key(expires_at=end)
    assert await setting.use_cases.authenticate(text)

    setting.clock.now = end

    with pytest.raises(NotAuthenticated):
        await setting.use_cases.authenticate(text)
    with pytest.raises(RuleViolation):
        await setting.key(expires_at=end)


async def test_a_revoked_key_proves_nothing_and_stays_in_the_list(setting: Setting) -> None:
    key, text = await setting.key()

    await setting.use_cases.revoke(fakes.BOB, key.id)
    await setting.use_cases.revoke(fakes.BOB, key.id)

    with pytest.raises(NotAuthenticated):
        await setting.use_cases.authenticate(text)
    (kept,) = (await setting.use_cases.page(fakes.BOB, 20, None)).items
    assert kept == replace(key, revoked_at=fakes.NOW)
    with pytest.raises(NotFound):
        await setting.use_cases.revoke(fakes.BOB, UUID(int=99))


async def test_the_last_use_is_noted_now_and_then(setting: Setting) -> None:
    key, text = await setting.key()
    noted = []
    for _ in range(3):
        await setting.use_cases.authenticate(text)
        noted.append(setting.kept.keys[key.id].last_used_at)
        setting.clock.now += NOTED_EVERY / 2

    assert noted == [fakes.NOW, fakes.NOW, fakes.NOW + NOTED_EVERY]


async def test_who_is_appointed_gets_a_key(setting: Setting) -> None:
    made = await setting.use_cases.assign_role(EMAIL, ADMIN_ROLE)
    again = await setting.use_cases.assign_role(EMAIL, ADMIN_ROLE)

    for text in (made.text, again.text):
        assert (await setting.use_cases.authenticate(text)).role == ADMIN_ROLE
    assert made.key.user_id == again.key.user_id


async def test_a_key_is_somebodys(setting: Setting) -> None:
    with pytest.raises(NotFound):
        await setting.use_cases.create(fakes.BOB, ApiKeySpec(user_id=UUID(int=99), name="A key"))


async def test_without_the_right_nothing_happens() -> None:
    setting = Setting(fakes.Nobody())

    for act in (
        setting.use_cases.create_owner(fakes.ALICE, EMAIL),
        setting.use_cases.create(fakes.ALICE, ApiKeySpec(user_id=fakes.ALICE.id, name="A key")),
        setting.use_cases.page(fakes.ALICE, 20, None),
        setting.use_cases.revoke(fakes.ALICE, UUID(int=1)),
    ):
        with pytest.raises(NotAllowed):
            await act


@pytest.mark.parametrize("scopes", [None, {"users:manage"}, {"api-keys:manage", "users:manage"}])
async def test_a_key_with_scopes_makes_no_key_for_more(scopes: set[str] | None) -> None:
    setting = Setting(fakes.Everybody())
    own, _ = await setting.key()
    limited = replace(fakes.BOB, scopes=frozenset({"api-keys:manage"}))

    async def make(scopes: set[str] | None) -> ApiKey:
        asked = None if scopes is None else frozenset(scopes)
        order = ApiKeySpec(user_id=own.user_id, name="Another", scopes=asked)
        return (await setting.use_cases.create(limited, order)).key

    with pytest.raises(NotAllowed):
        await make(scopes)
    assert (await make({"api-keys:manage"})).scopes == limited.scopes
