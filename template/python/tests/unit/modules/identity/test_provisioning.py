"""Who comes with a token of the issuer becomes a user at first sight."""

from dataclasses import replace
from uuid import UUID

import pytest

from app.kernel.errors import Conflict, NotAuthenticated
from app.modules.identity.application.provisioning import Link, UserProvisioning
from app.modules.identity.domain.external_identity import ExternalIdentity
from app.modules.identity.domain.user import User
from app.platform.authorization import ADMIN_ROLE, DEFAULT_ROLE, Role
from tests import fakes

ANA = ExternalIdentity(
    issuer="https://id.example.com", subject="ana", email="Ana@example.com", roles=None
)


class Tokens:
    """Each token is somebody."""

    def __init__(self, **tokens: ExternalIdentity) -> None:
        self.tokens = tokens

    async def verify(self, token: str) -> ExternalIdentity:
        if token not in self.tokens:
            raise NotAuthenticated("It proves nothing.")
        return self.tokens[token]


class InMemoryLinks:
    """Links in a dictionary."""

    def __init__(self, users: fakes.InMemoryUsers) -> None:
        self._users = users
        self.links: dict[tuple[str, str], UUID] = {}
        self.overtaken_by: UUID | None = None

    async def get(self, identity: ExternalIdentity) -> Link | None:
        user_id = self.links.get((identity.issuer, identity.subject))
        return None if user_id is None else Link(self._users.users.get(user_id))

    async def add(self, identity: ExternalIdentity, user_id: UUID) -> None:
        key = (identity.issuer, identity.subject)
        if self.overtaken_by is not None:
            self.links[key] = self.overtaken_by
            raise Conflict("Somebody has just been met.")
        self.links[key] = user_id

    async def is_linked(self, user_id: UUID) -> bool:
        return user_id in self.links.values()


class Setting:
    """The use cases, with everything around them in memory."""

    def __init__(self) -> None:
        numbers = iter(range(1, 1000))
        self.users = fakes.InMemoryUsers()
        self.links = InMemoryLinks(self.users)
        self.tokens = Tokens(ana=ANA)
        self.use_cases = UserProvisioning(
            self.tokens,
            self.links,
            self.users,
            roles=tuple(Role),
            clock=fakes.Clock(),
            new_id=lambda: UUID(int=next(numbers)),
            transaction=fakes.no_transaction,
        )

    async def user(self, token: str = "ana") -> User:
        return self.users.users[(await self.use_cases.authenticate(token)).id]


@pytest.fixture
def setting() -> Setting:
    return Setting()


async def test_somebody_is_met_once(setting: Setting) -> None:
    first = await setting.user()

    assert (first.email, first.role) == ("ana@example.com", DEFAULT_ROLE)
    assert await setting.user() == first
    assert list(setting.users.users.values()) == [first]
    with pytest.raises(NotAuthenticated):
        await setting.use_cases.authenticate("nonsense")


async def test_the_issuer_says_the_role_if_it_speaks_of_roles(setting: Setting) -> None:
    await setting.user()
    for roles, role in (
        ({"admin", "unheard of"}, ADMIN_ROLE),
        ({"unheard of"}, DEFAULT_ROLE),
        ({"admin"}, ADMIN_ROLE),
        (None, ADMIN_ROLE),
    ):
        said = None if roles is None else frozenset(roles)
        setting.tokens.tokens["ana"] = replace(ANA, roles=said)
        caller = await setting.use_cases.authenticate("ana")
        assert caller.role == role
        assert setting.users.users[caller.id].role == role


async def test_who_was_appointed_by_email_is_recognised_when_they_come(setting: Setting) -> None:
    expected = User.new(id=UUID(int=77), email="ana@example.com", role=ADMIN_ROLE, now=fakes.NOW)
    await setting.users.add(expected)

    assert await setting.user() == expected


async def test_an_email_makes_nobody_somebody_else(setting: Setting) -> None:
    ana = await setting.user()
    setting.tokens.tokens |= {
        "other": replace(ANA, subject="other"),
        "silent": replace(ANA, subject="silent", email=None),
    }

    for token in ("other", "silent"):
        user = await setting.user(token)
        assert user.id != ana.id
        assert user.email == f"{user.id}@users.invalid"


async def test_who_was_deleted_does_not_come_back(setting: Setting) -> None:
    ana = await setting.user()
    await setting.users.remove(ana.id)

    with pytest.raises(NotAuthenticated, match="deleted"):
        await setting.use_cases.authenticate("ana")
    assert setting.users.users == {}


async def test_of_two_first_requests_one_meets_them(setting: Setting) -> None:
    met = User.new(id=UUID(int=77), email="first@example.com", role=DEFAULT_ROLE, now=fakes.NOW)
    await setting.users.add(met)
    setting.links.overtaken_by = met.id

    assert (await setting.use_cases.authenticate("ana")).id == met.id
