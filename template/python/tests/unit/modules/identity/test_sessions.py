"""Sessions: begun anew by each login, and ended by time, by choice or by a new password."""

import datetime as dt
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from app.kernel.errors import NotAuthenticated
from app.modules.identity.application.sessions import Sessions
from app.modules.identity.domain.session import NOTED_EVERY, Session
from app.modules.identity.domain.user import User
from app.platform.authorization import DEFAULT_ROLE
from tests import fakes
from tests.unit.modules.identity.accounts import EMAIL, HERE, PASSWORD, accounts_of

IDLE = dt.timedelta(minutes=30)
LIFETIME = dt.timedelta(hours=12)


class InMemorySessions:
    """Sessions in a dictionary."""

    def __init__(self, users: fakes.InMemoryUsers) -> None:
        self._users = users
        self.sessions: dict[str, Session] = {}

    async def add(self, session: Session) -> None:
        self.sessions[session.fingerprint] = session

    async def get(self, fingerprint: str) -> tuple[Session, User] | None:
        session = self.sessions.get(fingerprint)
        return None if session is None else (session, self._users.users[session.user_id])

    async def note_use(self, fingerprint: str, at: dt.datetime) -> None:
        self.sessions[fingerprint] = replace(self.sessions[fingerprint], last_used_at=at)

    async def remove(self, fingerprint: str) -> None:
        self.sessions.pop(fingerprint, None)

    async def delete_for_user(self, user_id: UUID) -> None:
        self._keep(lambda session: session.user_id != user_id)

    async def remove_expired(
        self, user_id: UUID, now: dt.datetime, unused_since: dt.datetime
    ) -> None:
        self._keep(
            lambda session: (
                session.user_id != user_id
                or (session.expires_at > now and session.last_used_at > unused_since)
            )
        )

    def _keep(self, condition: Any) -> None:
        self.sessions = {key: each for key, each in self.sessions.items() if condition(each)}


class Setting:
    """The use cases, with everything around them in memory."""

    def __init__(self) -> None:
        self.clock = fakes.Clock()
        users = fakes.InMemoryUsers()
        self.kept = InMemorySessions(users)
        self.accounts = accounts_of(self.clock, self.kept, users=users)
        self.sessions = Sessions(
            self.kept,
            accounts=self.accounts,
            idle=IDLE,
            lifetime=LIFETIME,
            clock=self.clock,
            transaction=fakes.no_transaction,
        )

    async def login(self, previous: str | None = None) -> str:
        return (await self.sessions.login(EMAIL, PASSWORD, HERE, previous)).secret

    async def is_in(self, secret: str) -> bool:
        try:
            await self.sessions.authenticate(secret)
        except NotAuthenticated:
            return False
        return True


@pytest.fixture
async def setting() -> Setting:
    setting = Setting()
    await setting.accounts.register(EMAIL, PASSWORD)
    return setting


async def test_a_login_proves_who_one_is(setting: Setting) -> None:
    secret = await setting.login()

    caller = await setting.sessions.authenticate(secret)

    assert (caller.id, caller.role) == (UUID(int=1), DEFAULT_ROLE)
    assert secret not in str(setting.kept.sessions)


async def test_a_login_begins_a_new_session_and_ends_the_one_before(setting: Setting) -> None:
    trap = await setting.login()

    secret = await setting.login(previous=trap)

    assert secret != trap
    assert (await setting.is_in(secret), await setting.is_in(trap)) == (True, False)


async def test_what_is_not_used_ends(setting: Setting) -> None:
    secret = await setting.login()
    for _ in range(3):
        setting.clock.now += IDLE - dt.timedelta(seconds=1)
        assert await setting.is_in(secret)

    setting.clock.now += IDLE

    assert not await setting.is_in(secret)


async def test_what_is_used_all_the_time_ends_as_well(setting: Setting) -> None:
    secret = await setting.login()
    end = setting.clock.now + LIFETIME
    while setting.clock.now < end:
        assert await setting.is_in(secret)
        setting.clock.now += IDLE / 2

    assert not await setting.is_in(secret)


async def test_not_every_use_is_noted(setting: Setting) -> None:
    secret = await setting.login()
    (before,) = setting.kept.sessions.values()

    setting.clock.now += NOTED_EVERY / 2
    await setting.is_in(secret)
    assert list(setting.kept.sessions.values()) == [before]
    setting.clock.now += NOTED_EVERY
    await setting.is_in(secret)
    assert list(setting.kept.sessions.values()) != [before]


async def test_a_logout_ends_one_session_or_all(setting: Setting) -> None:
    one, two, three = [await setting.login() for _ in range(3)]

    await setting.sessions.logout(one)
    assert [await setting.is_in(each) for each in (one, two, three)] == [False, True, True]

    await setting.sessions.logout_everywhere(await setting.sessions.authenticate(two))
    assert [await setting.is_in(each) for each in (one, two, three)] == [False] * 3


async def test_a_new_password_ends_every_session(setting: Setting) -> None:
    secret = await setting.login()
    caller = await setting.sessions.authenticate(secret)

    await setting.accounts.change_password(caller, PASSWORD, "another good password", HERE)

    assert not await setting.is_in(secret)


async def test_a_login_sweeps_out_what_has_ended(setting: Setting) -> None:
    await setting.login()
    setting.clock.now += IDLE

    await setting.login()

    assert len(setting.kept.sessions) == 1
