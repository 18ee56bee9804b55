"""Sessions: login, expiry, logout and password changes."""

import datetime as dt
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from app.kernel.errors import NotAuthenticated
from app.modules.identity.application.session_authentication import SessionAuthentication
from app.modules.identity.domain.session import RECORD_USE_EVERY, Session
from app.modules.identity.domain.user import User
from app.platform.authorization import DEFAULT_ROLE
from tests import fakes
from tests.unit.modules.identity.password_accounts import ADDRESS, EMAIL, PASSWORD, create_accounts

IDLE = dt.timedelta(minutes=30)
LIFETIME = dt.timedelta(hours=12)


class InMemorySessions:
    """Repository of sessions in a dictionary."""

    def __init__(self, users: fakes.InMemoryUsers) -> None:
        self._users = users
        self.sessions: dict[str, Session] = {}

    async def add(self, session: Session) -> None:
        self.sessions[session.fingerprint] = session

    async def get(self, fingerprint: str) -> tuple[Session, User] | None:
        session = self.sessions.get(fingerprint)
        return None if session is None else (session, self._users.users[session.user_id])

    async def record_use(self, fingerprint: str, at: dt.datetime) -> None:
        self.sessions[fingerprint] = replace(self.sessions[fingerprint], last_used_at=at)

    async def remove(self, fingerprint: str) -> None:
        self.sessions.pop(fingerprint, None)

    async def delete_for_user(self, user_id: UUID) -> None:
        self._retain(lambda session: session.user_id != user_id)

    async def remove_expired(
        self, user_id: UUID, now: dt.datetime, unused_since: dt.datetime
    ) -> None:
        self._retain(
            lambda session: (
                session.user_id != user_id
                or (session.expires_at > now and session.last_used_at > unused_since)
            )
        )

    def _retain(self, condition: Any) -> None:
        self.sessions = {key: each for key, each in self.sessions.items() if condition(each)}


class Environment:
    """Use cases on in-memory ports."""

    def __init__(self) -> None:
        self.clock = fakes.Clock()
        users = fakes.InMemoryUsers()
        self.repository = InMemorySessions(users)
        self.accounts = create_accounts(self.clock, self.repository, users=users)
        self.use_cases = SessionAuthentication(
            sessions=self.repository,
            accounts=self.accounts,
            idle=IDLE,
            lifetime=LIFETIME,
            clock=self.clock,
            transaction=fakes.no_transaction,
        )

    async def login(self, previous: str | None = None) -> str:
        return (await self.use_cases.login(EMAIL, PASSWORD, ADDRESS, previous)).secret

    async def is_authenticated(self, secret: str) -> bool:
        try:
            await self.use_cases.authenticate(secret)
        except NotAuthenticated:
            return False
        return True


@pytest.fixture
async def environment() -> Environment:
    environment = Environment()
    await environment.accounts.register(EMAIL, PASSWORD)
    return environment


async def test_login_authenticates_the_user(environment: Environment) -> None:
    secret = await environment.login()

    caller = await environment.use_cases.authenticate(secret)

    assert (caller.id, caller.role) == (UUID(int=1), DEFAULT_ROLE)
    assert secret not in str(environment.repository.sessions)


async def test_login_replaces_the_previous_session(environment: Environment) -> None:
    previous = await environment.login()

    secret = await environment.login(previous=previous)

    assert secret != previous
    assert (
        await environment.is_authenticated(secret),
        await environment.is_authenticated(previous),
    ) == (True, False)


async def test_idle_session_ends(environment: Environment) -> None:
    secret = await environment.login()
    for _ in range(3):
        environment.clock.now += IDLE - dt.timedelta(seconds=1)
        assert await environment.is_authenticated(secret)

    environment.clock.now += IDLE

    assert not await environment.is_authenticated(secret)


async def test_session_in_use_ends_after_its_lifetime(environment: Environment) -> None:
    secret = await environment.login()
    end = environment.clock.now + LIFETIME
    while environment.clock.now < end:
        assert await environment.is_authenticated(secret)
        environment.clock.now += IDLE / 2

    assert not await environment.is_authenticated(secret)


async def test_last_use_is_recorded_at_intervals(environment: Environment) -> None:
    secret = await environment.login()
    (before,) = environment.repository.sessions.values()

    environment.clock.now += RECORD_USE_EVERY / 2
    await environment.is_authenticated(secret)
    assert list(environment.repository.sessions.values()) == [before]
    environment.clock.now += RECORD_USE_EVERY
    await environment.is_authenticated(secret)
    assert list(environment.repository.sessions.values()) != [before]


async def test_logout_ends_one_session_or_all(environment: Environment) -> None:
    one, two, three = [await environment.login() for _ in range(3)]

    await environment.use_cases.logout(one)
    assert [await environment.is_authenticated(each) for each in (one, two, three)] == [
        False,
        True,
        True,
    ]

    await environment.use_cases.logout_everywhere(await environment.use_cases.authenticate(two))
    assert [await environment.is_authenticated(each) for each in (one, two, three)] == [False] * 3


async def test_password_change_ends_all_sessions(environment: Environment) -> None:
    secret = await environment.login()
    caller = await environment.use_cases.authenticate(secret)

    await environment.accounts.change_password(caller, PASSWORD, "another good password", ADDRESS)

    assert not await environment.is_authenticated(secret)


async def test_login_removes_ended_sessions(environment: Environment) -> None:
    await environment.login()
    environment.clock.now += IDLE

    await environment.login()

    assert len(environment.repository.sessions) == 1
