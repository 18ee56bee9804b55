"""Tokens: login, refresh, reuse of refresh tokens, logout and password changes."""

import datetime as dt
from typing import Any
from uuid import UUID

import pytest

from app.kernel.errors import NotAuthenticated
from app.modules.identity.application.token_authentication import TokenAuthentication, TokenPair
from app.modules.identity.domain.access_token import AccessTokenClaims
from app.modules.identity.domain.refresh_token import RefreshToken
from app.modules.identity.domain.user import User
from app.modules.identity.infrastructure.access_tokens import JwtAccessTokens
from app.platform.authorization import DEFAULT_ROLE
from tests import fakes
from tests.unit.modules.identity.password_accounts import ADDRESS, EMAIL, PASSWORD, create_accounts

LIFETIME = dt.timedelta(minutes=15)
REFRESH_LIFETIME = dt.timedelta(days=30)


class InMemoryRefreshTokens:
    """Repository of refresh tokens in a dictionary."""

    def __init__(self, users: fakes.InMemoryUsers) -> None:
        self._users = users
        self.tokens: dict[str, RefreshToken] = {}
        self.used: set[str] = set()

    async def add(self, token: RefreshToken) -> None:
        self.tokens[token.fingerprint] = token

    async def get(self, fingerprint: str) -> RefreshToken | None:
        return self.tokens.get(fingerprint)

    async def find_user(self, user_id: UUID, family_id: UUID) -> User | None:
        families = {(token.user_id, token.family_id) for token in self.tokens.values()}
        return self._users.users.get(user_id) if (user_id, family_id) in families else None

    async def mark_used(self, fingerprint: str) -> bool:
        first = fingerprint not in self.used
        self.used.add(fingerprint)
        return first

    async def remove_family(self, family_id: UUID) -> None:
        self._retain(lambda token: token.family_id != family_id)

    async def delete_for_user(self, user_id: UUID) -> None:
        self._retain(lambda token: token.user_id != user_id)

    async def remove_expired(self, user_id: UUID, now: dt.datetime) -> None:
        self._retain(lambda token: token.user_id != user_id or token.expires_at > now)

    def _retain(self, condition: Any) -> None:
        self.tokens = {key: token for key, token in self.tokens.items() if condition(token)}


class Environment:
    """Use cases on in-memory ports."""

    def __init__(self) -> None:
        self.clock = fakes.Clock()
        self.clock.now = dt.datetime.now(dt.UTC)
        users = fakes.InMemoryUsers()
        tokens = InMemoryRefreshTokens(users)
        numbers = iter(range(1, 1000))
        self.accounts = create_accounts(self.clock, tokens, users=users)
        self.access_tokens = JwtAccessTokens("k" * 32, "service", LIFETIME, clock=self.clock)
        self.use_cases = TokenAuthentication(
            refresh_tokens=tokens,
            accounts=self.accounts,
            access_tokens=self.access_tokens,
            refresh_lifetime=REFRESH_LIFETIME,
            clock=self.clock,
            new_id=lambda: UUID(int=next(numbers)),
            transaction=fakes.no_transaction,
        )

    async def login(self) -> TokenPair:
        return await self.use_cases.login(EMAIL, PASSWORD, ADDRESS)


@pytest.fixture
async def environment() -> Environment:
    environment = Environment()
    await environment.accounts.register(EMAIL, PASSWORD)
    return environment


async def test_login_authenticates_the_user(environment: Environment) -> None:
    tokens = await environment.login()

    caller = await environment.use_cases.authenticate(tokens.access_token)

    assert (caller.id, caller.role) == (UUID(int=1), DEFAULT_ROLE)
    assert tokens.expires_in == LIFETIME


async def test_reused_refresh_token_revokes_the_family(environment: Environment) -> None:
    first = await environment.login()
    second = await environment.use_cases.refresh(first.refresh_token)

    assert await environment.use_cases.authenticate(second.access_token)
    with pytest.raises(NotAuthenticated):
        await environment.use_cases.refresh(first.refresh_token)
    # The second use indicates a theft, so the rest of the family is revoked as well.
    with pytest.raises(NotAuthenticated):
        await environment.use_cases.refresh(second.refresh_token)


async def test_expired_refresh_token_is_rejected(environment: Environment) -> None:
    tokens = await environment.login()
    environment.clock.now += REFRESH_LIFETIME

    with pytest.raises(NotAuthenticated):
        await environment.use_cases.refresh(tokens.refresh_token)


async def test_logout_ends_one_session(environment: Environment) -> None:
    here, there = await environment.login(), await environment.login()

    await environment.use_cases.logout(here.refresh_token)
    await environment.use_cases.logout("nonsense")

    with pytest.raises(NotAuthenticated):
        await environment.use_cases.refresh(here.refresh_token)
    with pytest.raises(NotAuthenticated, match="has ended"):
        await environment.use_cases.authenticate(here.access_token)
    assert await environment.use_cases.authenticate(there.access_token)
    assert await environment.use_cases.refresh(there.refresh_token)


async def test_password_change_ends_all_sessions(environment: Environment) -> None:
    tokens = await environment.login()
    caller = await environment.use_cases.authenticate(tokens.access_token)

    await environment.accounts.change_password(caller, PASSWORD, "another good password", ADDRESS)

    with pytest.raises(NotAuthenticated):
        await environment.use_cases.authenticate(tokens.access_token)
    with pytest.raises(NotAuthenticated):
        await environment.use_cases.refresh(tokens.refresh_token)


async def test_token_of_deleted_user_is_rejected(environment: Environment) -> None:
    claims = AccessTokenClaims(user_id=UUID(int=99), session_id=UUID(int=98))
    token = environment.access_tokens.issue(claims, environment.clock.now)

    with pytest.raises(NotAuthenticated, match="has ended"):
        await environment.use_cases.authenticate(token)
