"""Logging in for tokens, and refresh tokens that are used once."""

import datetime as dt
from typing import Any
from uuid import UUID

import pytest

from app.kernel.errors import NotAuthenticated
from app.modules.identity.application.token_sessions import Tokens, TokenSessions
from app.modules.identity.domain.refresh_token import RefreshToken
from app.modules.identity.domain.token_session import TokenSession
from app.modules.identity.domain.user import User
from app.modules.identity.infrastructure.access_tokens import JwtAccessTokens
from app.platform.authorization import DEFAULT_ROLE
from tests import fakes
from tests.unit.modules.identity.accounts import EMAIL, HERE, PASSWORD, accounts_of

LIFETIME = dt.timedelta(minutes=15)
REFRESH_LIFETIME = dt.timedelta(days=30)


class InMemoryRefreshTokens:
    """Refresh tokens in a dictionary."""

    def __init__(self, users: fakes.InMemoryUsers) -> None:
        self._users = users
        self.tokens: dict[str, RefreshToken] = {}
        self.used: set[str] = set()

    async def add(self, token: RefreshToken) -> None:
        self.tokens[token.fingerprint] = token

    async def get(self, fingerprint: str) -> RefreshToken | None:
        return self.tokens.get(fingerprint)

    async def user_of(self, session: TokenSession) -> User | None:
        alive = {(token.user_id, token.family_id) for token in self.tokens.values()}
        is_alive = (session.user_id, session.id) in alive
        return self._users.users.get(session.user_id) if is_alive else None

    async def mark_used(self, fingerprint: str) -> bool:
        first = fingerprint not in self.used
        self.used.add(fingerprint)
        return first

    async def remove_family(self, family_id: UUID) -> None:
        self._keep(lambda token: token.family_id != family_id)

    async def delete_for_user(self, user_id: UUID) -> None:
        self._keep(lambda token: token.user_id != user_id)

    async def remove_expired(self, user_id: UUID, now: dt.datetime) -> None:
        self._keep(lambda token: token.user_id != user_id or token.expires_at > now)

    def _keep(self, condition: Any) -> None:
        self.tokens = {key: token for key, token in self.tokens.items() if condition(token)}


class Setting:
    """The use cases, with everything around them in memory."""

    def __init__(self) -> None:
        self.clock = fakes.Clock()
        self.clock.now = dt.datetime.now(dt.UTC)
        users = fakes.InMemoryUsers()
        tokens = InMemoryRefreshTokens(users)
        numbers = iter(range(1, 1000))
        self.accounts = accounts_of(self.clock, tokens, users=users)
        self.access_tokens = JwtAccessTokens("k" * 32, "service", LIFETIME, clock=self.clock)
        self.sessions = TokenSessions(
            tokens,
            accounts=self.accounts,
            access_tokens=self.access_tokens,
            refresh_lifetime=REFRESH_LIFETIME,
            clock=self.clock,
            new_id=lambda: UUID(int=next(numbers)),
            transaction=fakes.no_transaction,
        )

    async def login(self) -> Tokens:
        return await self.sessions.login(EMAIL, PASSWORD, HERE)


@pytest.fixture
async def setting() -> Setting:
    setting = Setting()
    await setting.accounts.register(EMAIL, PASSWORD)
    return setting


async def test_a_login_proves_who_one_is(setting: Setting) -> None:
    tokens = await setting.login()

    caller = await setting.sessions.authenticate(tokens.access_token)

    assert (caller.id, caller.role) == (UUID(int=1), DEFAULT_ROLE)
    assert tokens.expires_in == LIFETIME


async def test_a_refresh_token_gives_a_new_pair_once(setting: Setting) -> None:
    first = await setting.login()
    second = await setting.sessions.refresh(first.refresh_token)

    assert await setting.sessions.authenticate(second.access_token)
    with pytest.raises(NotAuthenticated):
        await setting.sessions.refresh(first.refresh_token)
    # The second use betrayed a theft: whoever holds the other token is out as well.
    with pytest.raises(NotAuthenticated):
        await setting.sessions.refresh(second.refresh_token)


async def test_a_refresh_token_ends(setting: Setting) -> None:
    tokens = await setting.login()
    setting.clock.now += REFRESH_LIFETIME

    with pytest.raises(NotAuthenticated):
        await setting.sessions.refresh(tokens.refresh_token)


async def test_a_logout_ends_one_session(setting: Setting) -> None:
    here, there = await setting.login(), await setting.login()

    await setting.sessions.logout(here.refresh_token)
    await setting.sessions.logout("nonsense")

    with pytest.raises(NotAuthenticated):
        await setting.sessions.refresh(here.refresh_token)
    with pytest.raises(NotAuthenticated, match="has ended"):
        await setting.sessions.authenticate(here.access_token)
    assert await setting.sessions.authenticate(there.access_token)
    assert await setting.sessions.refresh(there.refresh_token)


async def test_a_new_password_ends_every_session(setting: Setting) -> None:
    tokens = await setting.login()
    caller = await setting.sessions.authenticate(tokens.access_token)

    await setting.accounts.change_password(caller, PASSWORD, "another good password", HERE)

    with pytest.raises(NotAuthenticated):
        await setting.sessions.authenticate(tokens.access_token)
    with pytest.raises(NotAuthenticated):
        await setting.sessions.refresh(tokens.refresh_token)


async def test_whose_user_is_gone_proves_nothing(setting: Setting) -> None:
    gone = TokenSession(UUID(int=99), UUID(int=98))
    token = setting.access_tokens.issue(gone, setting.clock.now)

    with pytest.raises(NotAuthenticated, match="has ended"):
        await setting.sessions.authenticate(token)
