"""API keys: creation, scopes, expiry and revocation."""

import datetime as dt
from dataclasses import replace
from uuid import UUID

import pytest

from app.kernel.errors import NotAllowed, NotAuthenticated, NotFound, RuleViolation
from app.kernel.events import EventBus
from app.kernel.paging import Page
from app.modules.identity.application.api_keys import ApiKeyDetails, ApiKeys
from app.modules.identity.application.user_management import UserManagement
from app.modules.identity.domain.api_key import RECORD_USE_EVERY, ApiKey
from app.modules.identity.domain.user import User
from app.platform.authorization import ADMIN_ROLE, DEFAULT_ROLE
from tests import fakes

EMAIL = "robot@example.com"


class InMemoryApiKeys:
    """Repository of keys in a dictionary."""

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

    async def record_use(self, key_id: UUID, at: dt.datetime) -> None:
        self.keys[key_id] = replace(self.keys[key_id], last_used_at=at)

    async def delete_for_user(self, user_id: UUID) -> None:
        self.keys = {id_: key for id_, key in self.keys.items() if key.user_id != user_id}


class Environment:
    """Use cases on in-memory ports."""

    def __init__(self, access: fakes.AllowAll | fakes.DenyAll) -> None:
        self.clock = fakes.Clock()
        users = fakes.InMemoryUsers()
        numbers = iter(range(1, 1000))
        self.repository = InMemoryApiKeys(users)

        def new_id() -> UUID:
            return UUID(int=next(numbers))

        management = UserManagement(
            users=users,
            access=access,
            events=EventBus(),
            clock=self.clock,
            new_id=new_id,
            transaction=fakes.no_transaction,
        )
        self.use_cases = ApiKeys(
            keys=self.repository,
            users=users,
            management=management,
            default_role=DEFAULT_ROLE,
            access=access,
            clock=self.clock,
            new_id=new_id,
            transaction=fakes.no_transaction,
        )

    async def key(
        self, scopes: frozenset[str] | None = None, expires_at: dt.datetime | None = None
    ) -> tuple[ApiKey, str]:
        owner = await self.use_cases.create_user(
            fakes.BOB, f"{len(self.repository.keys)}@example.com"
        )
        details = ApiKeyDetails(
            user_id=owner.id, name="A key", scopes=scopes, expires_at=expires_at
        )
        created = await self.use_cases.create(fakes.BOB, details)
        return created.key, created.text


@pytest.fixture
def environment() -> Environment:
    return Environment(fakes.AllowAll())


async def test_key_authenticates_its_owner_with_its_scopes(environment: Environment) -> None:
    key, text = await environment.key(frozenset({"things:read"}))

    caller = await environment.use_cases.authenticate(text)

    assert (caller.id, caller.role, caller.scopes) == (key.user_id, DEFAULT_ROLE, key.scopes)
    assert text.startswith(f"ak_{key.prefix}_")
    assert text.rpartition("_")[2] not in str(environment.repository.keys)


async def test_malformed_or_wrong_key_is_rejected(environment: Environment) -> None:
    key, text = await environment.key()
    _, other = await environment.key()
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
            await environment.use_cases.authenticate(credential)


async def test_expired_key_is_rejected(environment: Environment) -> None:
    end = environment.clock.now + dt.timedelta(days=1)
    _, text = await environment.key(expires_at=end)
    assert await environment.use_cases.authenticate(text)

    environment.clock.now = end

    with pytest.raises(NotAuthenticated):
        await environment.use_cases.authenticate(text)
    with pytest.raises(RuleViolation):
        await environment.key(expires_at=end)


async def test_revoked_key_is_rejected_and_remains_listed(environment: Environment) -> None:
    key, text = await environment.key()

    await environment.use_cases.revoke(fakes.BOB, key.id)
    await environment.use_cases.revoke(fakes.BOB, key.id)

    with pytest.raises(NotAuthenticated):
        await environment.use_cases.authenticate(text)
    (listed,) = (await environment.use_cases.page(fakes.BOB, 20, None)).items
    assert listed == replace(key, revoked_at=fakes.NOW)
    with pytest.raises(NotFound):
        await environment.use_cases.revoke(fakes.BOB, UUID(int=99))


async def test_last_use_is_recorded_at_intervals(environment: Environment) -> None:
    key, text = await environment.key()
    recorded = []
    for _ in range(3):
        await environment.use_cases.authenticate(text)
        recorded.append(environment.repository.keys[key.id].last_used_at)
        environment.clock.now += RECORD_USE_EVERY / 2

    assert recorded == [fakes.NOW, fakes.NOW, fakes.NOW + RECORD_USE_EVERY]


async def test_assign_role_creates_a_key_each_time(environment: Environment) -> None:
    first = await environment.use_cases.assign_role(EMAIL, ADMIN_ROLE)
    second = await environment.use_cases.assign_role(EMAIL, ADMIN_ROLE)

    for text in (first.text, second.text):
        assert (await environment.use_cases.authenticate(text)).role == ADMIN_ROLE
    assert first.key.user_id == second.key.user_id


async def test_key_for_unknown_user_is_rejected(environment: Environment) -> None:
    with pytest.raises(NotFound):
        await environment.use_cases.create(
            fakes.BOB, ApiKeyDetails(user_id=UUID(int=99), name="A key")
        )


async def test_missing_right_raises_not_allowed() -> None:
    environment = Environment(fakes.DenyAll())

    for act in (
        environment.use_cases.create_user(fakes.ALICE, EMAIL),
        environment.use_cases.create(
            fakes.ALICE, ApiKeyDetails(user_id=fakes.ALICE.id, name="A key")
        ),
        environment.use_cases.page(fakes.ALICE, 20, None),
        environment.use_cases.revoke(fakes.ALICE, UUID(int=1)),
    ):
        with pytest.raises(NotAllowed):
            await act


@pytest.mark.parametrize("scopes", [None, {"users:manage"}, {"api-keys:manage", "users:manage"}])
async def test_key_with_scopes_creates_keys_within_its_scopes_only(scopes: set[str] | None) -> None:
    environment = Environment(fakes.AllowAll())
    own, _ = await environment.key()
    limited = replace(fakes.BOB, scopes=frozenset({"api-keys:manage"}))

    async def create(scopes: set[str] | None) -> ApiKey:
        asked = None if scopes is None else frozenset(scopes)
        details = ApiKeyDetails(user_id=own.user_id, name="Another", scopes=asked)
        return (await environment.use_cases.create(limited, details)).key

    with pytest.raises(NotAllowed):
        await create(scopes)
    assert (await create({"api-keys:manage"})).scopes == limited.scopes
