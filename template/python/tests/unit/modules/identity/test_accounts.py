"""Registering, passwords, and how guessing them is slowed down."""

import datetime as dt
from uuid import UUID

import pytest

from app.kernel.access import Principal
from app.kernel.errors import (
    Conflict,
    NotAllowed,
    NotAuthenticated,
    RuleViolation,
    TooManyAttempts,
)
from app.modules.identity.application.accounts import Accounts, Registration
from app.platform.authorization import ADMIN_ROLE, DEFAULT_ROLE
from tests import fakes
from tests.unit.modules.identity.accounts import ALLOWED, EMAIL, HERE, PASSWORD, accounts_of


class Logins:
    """Notes whose logins have ended."""

    def __init__(self) -> None:
        self.ended: list[UUID] = []

    async def delete_for_user(self, user_id: UUID) -> None:
        self.ended.append(user_id)


@pytest.fixture
def clock() -> fakes.Clock:
    return fakes.Clock()


@pytest.fixture
def users() -> fakes.InMemoryUsers:
    return fakes.InMemoryUsers()


@pytest.fixture
def logins() -> Logins:
    return Logins()


@pytest.fixture
def accounts(clock: fakes.Clock, users: fakes.InMemoryUsers, logins: Logins) -> Accounts:
    return accounts_of(clock, logins, users=users)


async def test_who_registers_is_a_newcomer(accounts: Accounts, users: fakes.InMemoryUsers) -> None:
    user = await accounts.register(" Alice@Example.com", PASSWORD)

    assert (user.email, user.role) == (EMAIL, DEFAULT_ROLE)
    assert await users.get(user.id) == user
    assert await accounts.authenticate(EMAIL, PASSWORD, HERE) == user


@pytest.mark.parametrize("password", ["x" * 11, "x" * 129, "known to every thief", EMAIL])
async def test_a_password_must_be_hard_to_guess(accounts: Accounts, password: str) -> None:
    with pytest.raises(RuleViolation):
        await accounts.register(EMAIL, password)


async def test_a_stranger_does_not_learn_who_has_registered(
    accounts: Accounts, users: fakes.InMemoryUsers
) -> None:
    first = await accounts.register(EMAIL, PASSWORD)
    second = await accounts.register(EMAIL.upper(), "another good password")

    assert (second.email, second.role) == (first.email, first.role)
    assert list(users.users.values()) == [first]
    assert await accounts.authenticate(EMAIL, PASSWORD, HERE) == first
    with pytest.raises(Conflict):
        await accounts.create(fakes.BOB, EMAIL, PASSWORD)


async def test_where_administrators_register_people_nobody_else_does(
    clock: fakes.Clock, logins: Logins, users: fakes.InMemoryUsers
) -> None:
    closed = accounts_of(clock, logins, users=users, registration=Registration.ADMIN)
    with pytest.raises(NotAllowed):
        await closed.register(EMAIL, PASSWORD)
    user = await closed.create(fakes.BOB, EMAIL, PASSWORD)
    assert users.users == {user.id: user}

    nobody = accounts_of(clock, logins, users=users, access=fakes.Nobody())
    with pytest.raises(NotAllowed):
        await nobody.create(fakes.ALICE, "bob@example.com", PASSWORD)


@pytest.mark.parametrize("email", [EMAIL, "nobody@example.com"])
async def test_a_wrong_password_and_an_unknown_email_sound_alike(
    accounts: Accounts, email: str
) -> None:
    await accounts.register(EMAIL, PASSWORD)

    with pytest.raises(NotAuthenticated, match="The email or the password is wrong"):
        await accounts.authenticate(email, "wrong", HERE)


@pytest.mark.parametrize("email", [EMAIL, "nobody@example.com"])
async def test_who_fails_again_and_again_waits_longer_and_longer(
    accounts: Accounts, clock: fakes.Clock, email: str
) -> None:
    await accounts.register(EMAIL, PASSWORD)

    async def wait(password: str = "wrong") -> int:
        try:
            await accounts.authenticate(email, password, HERE)
        except TooManyAttempts as error:
            return error.seconds
        except NotAuthenticated:
            return 0
        return -1

    assert [await wait() for _ in range(ALLOWED + 1)] == [0] * ALLOWED + [1]
    assert await wait(PASSWORD) == 1  # not even with the right one
    clock.now += dt.timedelta(seconds=1)
    assert [await wait(), await wait()] == [0, 2]
    clock.now += dt.timedelta(seconds=2)
    assert [await wait(), await wait()] == [0, 4]
    clock.now += dt.timedelta(days=1)
    assert await wait() == 0


async def test_a_success_is_no_failure(accounts: Accounts) -> None:
    await accounts.register(EMAIL, PASSWORD)

    for _ in range(ALLOWED * 3):
        await accounts.authenticate(EMAIL, PASSWORD, HERE)
    for _ in range(ALLOWED - 1):
        with pytest.raises(NotAuthenticated):
            await accounts.authenticate(EMAIL, "wrong", HERE)
    await accounts.authenticate(EMAIL, PASSWORD, HERE)
    for _ in range(ALLOWED - 1):
        with pytest.raises(NotAuthenticated):
            await accounts.authenticate(EMAIL, "wrong", HERE)


async def test_an_address_that_tries_many_accounts_waits_too(accounts: Accounts) -> None:
    await accounts.register(EMAIL, PASSWORD)
    for number in range(ALLOWED * 2):
        with pytest.raises(NotAuthenticated):
            await accounts.authenticate(f"{number}@example.com", "wrong", HERE)

    with pytest.raises(TooManyAttempts):
        await accounts.authenticate(EMAIL, PASSWORD, HERE)
    assert await accounts.authenticate(EMAIL, PASSWORD, "192.0.2.2")


async def test_a_new_password_ends_all_logins(accounts: Accounts, logins: Logins) -> None:
    user = await accounts.register(EMAIL, PASSWORD)
    caller = Principal(user.id, user.role)

    with pytest.raises(RuleViolation, match="current password"):
        await accounts.change_password(caller, "wrong", "another good password", HERE)
    with pytest.raises(RuleViolation):
        await accounts.change_password(caller, PASSWORD, "short", HERE)
    assert logins.ended == []

    await accounts.change_password(caller, PASSWORD, "another good password", HERE)

    assert logins.ended == [user.id]
    assert await accounts.authenticate(EMAIL, "another good password", HERE)
    with pytest.raises(NotAuthenticated):
        await accounts.authenticate(EMAIL, PASSWORD, HERE)


async def test_who_is_appointed_again_gets_another_role_and_password(
    accounts: Accounts, logins: Logins
) -> None:
    before = await accounts.register(EMAIL, PASSWORD)

    after = await accounts.assign_role(EMAIL, "another good password", ADMIN_ROLE)

    assert (after.id, after.role) == (before.id, ADMIN_ROLE)
    assert logins.ended == [before.id]
    assert await accounts.authenticate(EMAIL, "another good password", HERE) == after
