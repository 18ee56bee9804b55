"""User provisioning: creation, linking and roles of users of the issuer."""

from dataclasses import replace
from uuid import UUID

import pytest

from app.kernel.errors import Conflict, NotAuthenticated
from app.modules.identity.application.provisioning import IdentityLink, UserProvisioning
from app.modules.identity.domain.external_identity import ExternalIdentity
from app.modules.identity.domain.user import User
from app.platform.authorization import ADMIN_ROLE, DEFAULT_ROLE, Role
from tests import fakes

ANA = ExternalIdentity(
    issuer="https://id.example.com", subject="ana", email="Ana@example.com", roles=None
)


class InMemoryTokens:
    """Identities of tokens in a dictionary."""

    def __init__(self, **tokens: ExternalIdentity) -> None:
        self.tokens = tokens

    async def verify(self, token: str) -> ExternalIdentity:
        if token not in self.tokens:
            raise NotAuthenticated("The token is unknown.")
        return self.tokens[token]


class InMemoryLinks:
    """Repository of links in a dictionary."""

    def __init__(self, users: fakes.InMemoryUsers) -> None:
        self._users = users
        self.links: dict[tuple[str, str], UUID] = {}
        self.concurrent_user_id: UUID | None = None

    async def get(self, identity: ExternalIdentity) -> IdentityLink | None:
        user_id = self.links.get((identity.issuer, identity.subject))
        return None if user_id is None else IdentityLink(self._users.users.get(user_id))

    async def add(self, identity: ExternalIdentity, user_id: UUID) -> None:
        key = (identity.issuer, identity.subject)
        if self.concurrent_user_id is not None:
            self.links[key] = self.concurrent_user_id
            raise Conflict("A concurrent request has linked it.")
        self.links[key] = user_id

    async def is_linked(self, user_id: UUID) -> bool:
        return user_id in self.links.values()


class Environment:
    """Use cases on in-memory ports."""

    def __init__(self) -> None:
        numbers = iter(range(1, 1000))
        self.users = fakes.InMemoryUsers()
        self.links = InMemoryLinks(self.users)
        self.tokens = InMemoryTokens(ana=ANA)
        self.use_cases = UserProvisioning(
            tokens=self.tokens,
            links=self.links,
            users=self.users,
            roles=tuple(Role),
            clock=fakes.Clock(),
            new_id=lambda: UUID(int=next(numbers)),
            transaction=fakes.no_transaction,
        )

    async def user(self, token: str = "ana") -> User:
        return self.users.users[(await self.use_cases.authenticate(token)).id]


@pytest.fixture
def environment() -> Environment:
    return Environment()


async def test_first_token_creates_the_user(environment: Environment) -> None:
    first = await environment.user()

    assert (first.email, first.role) == ("ana@example.com", DEFAULT_ROLE)
    assert await environment.user() == first
    assert list(environment.users.users.values()) == [first]
    with pytest.raises(NotAuthenticated):
        await environment.use_cases.authenticate("nonsense")


async def test_roles_of_the_issuer_replace_the_stored_role(environment: Environment) -> None:
    await environment.user()
    for roles, role in (
        ({"admin", "unknown role"}, ADMIN_ROLE),
        ({"unknown role"}, DEFAULT_ROLE),
        ({"admin"}, ADMIN_ROLE),
        (None, ADMIN_ROLE),
    ):
        names = None if roles is None else frozenset(roles)
        environment.tokens.tokens["ana"] = replace(ANA, roles=names)
        caller = await environment.use_cases.authenticate("ana")
        assert caller.role == role
        assert environment.users.users[caller.id].role == role


async def test_user_created_by_email_is_linked_at_first_sign_in(environment: Environment) -> None:
    invited = User.new(id=UUID(int=77), email="ana@example.com", role=ADMIN_ROLE, now=fakes.NOW)
    await environment.users.add(invited)

    assert await environment.user() == invited


async def test_shared_or_missing_email_creates_another_user(environment: Environment) -> None:
    ana = await environment.user()
    environment.tokens.tokens |= {
        "other": replace(ANA, subject="other"),
        "without-email": replace(ANA, subject="without-email", email=None),
    }

    for token in ("other", "without-email"):
        user = await environment.user(token)
        assert user.id != ana.id
        assert user.email == f"{user.id}@users.invalid"


async def test_token_of_deleted_user_is_rejected(environment: Environment) -> None:
    ana = await environment.user()
    await environment.users.remove(ana.id)

    with pytest.raises(NotAuthenticated, match="deleted"):
        await environment.use_cases.authenticate("ana")
    assert environment.users.users == {}


async def test_concurrent_first_requests_create_one_user(environment: Environment) -> None:
    created = User.new(id=UUID(int=77), email="first@example.com", role=DEFAULT_ROLE, now=fakes.NOW)
    await environment.users.add(created)
    environment.links.concurrent_user_id = created.id

    assert (await environment.use_cases.authenticate("ana")).id == created.id
