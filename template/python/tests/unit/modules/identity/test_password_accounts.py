"""Password accounts: registration, password policy and login throttle."""

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
from app.modules.identity.application.password_accounts import PasswordAccounts
from app.platform.authorization import ADMIN_ROLE, DEFAULT_ROLE
from tests import fakes
from tests.unit.modules.identity.password_accounts import (
    ADDRESS,
    ALLOWED_FAILURES,
    EMAIL,
    PASSWORD,
    create_accounts,
)


class Logins:
    """Credential repository that records whose logins were ended."""

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
def accounts(clock: fakes.Clock, users: fakes.InMemoryUsers, logins: Logins) -> PasswordAccounts:
    return create_accounts(clock, logins, users=users)


async def test_registered_user_has_default_role(
    accounts: PasswordAccounts, users: fakes.InMemoryUsers
) -> None:
    user = await accounts.register(" Alice@Example.com", PASSWORD)

    assert (user.email, user.role) == (EMAIL, DEFAULT_ROLE)
    assert await users.get(user.id) == user
    assert await accounts.verify_password(EMAIL, PASSWORD, ADDRESS) == user


@pytest.mark.parametrize("password", ["x" * 11, "x" * 129, "a breached password", EMAIL])
async def test_weak_password_is_rejected(accounts: PasswordAccounts, password: str) -> None:
    with pytest.raises(RuleViolation):
        await accounts.register(EMAIL, password)


async def test_registration_does_not_reveal_existing_account(
    accounts: PasswordAccounts, users: fakes.InMemoryUsers
) -> None:
    first = await accounts.register(EMAIL, PASSWORD)
    second = await accounts.register(EMAIL.upper(), "another good password")

    assert (second.email, second.role) == (first.email, first.role)
    assert list(users.users.values()) == [first]
    assert await accounts.verify_password(EMAIL, PASSWORD, ADDRESS) == first
    with pytest.raises(Conflict):
        await accounts.create(fakes.BOB, EMAIL, PASSWORD)


async def test_closed_registration_allows_administrators_only(
    clock: fakes.Clock, logins: Logins, users: fakes.InMemoryUsers
) -> None:
    closed = create_accounts(clock, logins, users=users, open_registration=False)
    with pytest.raises(NotAllowed):
        await closed.register(EMAIL, PASSWORD)
    user = await closed.create(fakes.BOB, EMAIL, PASSWORD)
    assert users.users == {user.id: user}

    denied = create_accounts(clock, logins, users=users, access=fakes.DenyAll())
    with pytest.raises(NotAllowed):
        await denied.create(fakes.ALICE, "bob@example.com", PASSWORD)


@pytest.mark.parametrize("email", [EMAIL, "unknown@example.com"])
async def test_wrong_password_and_unknown_email_give_the_same_error(
    accounts: PasswordAccounts, email: str
) -> None:
    await accounts.register(EMAIL, PASSWORD)

    with pytest.raises(NotAuthenticated, match="The email or the password is wrong"):
        await accounts.verify_password(email, "wrong", ADDRESS)


@pytest.mark.parametrize("email", [EMAIL, "unknown@example.com"])
async def test_consecutive_failures_double_the_wait(
    accounts: PasswordAccounts, clock: fakes.Clock, email: str
) -> None:
    await accounts.register(EMAIL, PASSWORD)

    async def wait(password: str = "wrong") -> int:
        try:
            await accounts.verify_password(email, password, ADDRESS)
        except TooManyAttempts as error:
            return error.seconds
        except NotAuthenticated:
            return 0
        return -1

    assert [await wait() for _ in range(ALLOWED_FAILURES + 1)] == [0] * ALLOWED_FAILURES + [1]
    assert await wait(PASSWORD) == 1  # the right password has to wait as well
    clock.now += dt.timedelta(seconds=1)
    assert [await wait(), await wait()] == [0, 2]
    clock.now += dt.timedelta(seconds=2)
    assert [await wait(), await wait()] == [0, 4]
    clock.now += dt.timedelta(days=1)
    assert await wait() == 0


async def test_successful_login_resets_failures(accounts: PasswordAccounts) -> None:
    await accounts.register(EMAIL, PASSWORD)

    for _ in range(ALLOWED_FAILURES * 3):
        await accounts.verify_password(EMAIL, PASSWORD, ADDRESS)
    for _ in range(ALLOWED_FAILURES - 1):
        with pytest.raises(NotAuthenticated):
            await accounts.verify_password(EMAIL, "wrong", ADDRESS)
    await accounts.verify_password(EMAIL, PASSWORD, ADDRESS)
    for _ in range(ALLOWED_FAILURES - 1):
        with pytest.raises(NotAuthenticated):
            await accounts.verify_password(EMAIL, "wrong", ADDRESS)


async def test_failures_on_many_accounts_throttle_the_address(accounts: PasswordAccounts) -> None:
    await accounts.register(EMAIL, PASSWORD)
    for number in range(ALLOWED_FAILURES * 2):
        with pytest.raises(NotAuthenticated):
            await accounts.verify_password(f"{number}@example.com", "wrong", ADDRESS)

    with pytest.raises(TooManyAttempts):
        await accounts.verify_password(EMAIL, PASSWORD, ADDRESS)
    assert await accounts.verify_password(EMAIL, PASSWORD, "192.0.2.2")


async def test_password_change_ends_all_logins(accounts: PasswordAccounts, logins: Logins) -> None:
    user = await accounts.register(EMAIL, PASSWORD)
    caller = Principal(user.id, user.role)

    with pytest.raises(RuleViolation, match="current password"):
        await accounts.change_password(caller, "wrong", "another good password", ADDRESS)
    with pytest.raises(RuleViolation):
        await accounts.change_password(caller, PASSWORD, "short", ADDRESS)
    assert logins.ended == []

    await accounts.change_password(caller, PASSWORD, "another good password", ADDRESS)

    assert logins.ended == [user.id]
    assert await accounts.verify_password(EMAIL, "another good password", ADDRESS)
    with pytest.raises(NotAuthenticated):
        await accounts.verify_password(EMAIL, PASSWORD, ADDRESS)


async def test_assign_role_to_existing_user_replaces_role_and_password(
    accounts: PasswordAccounts, logins: Logins
) -> None:
    before = await accounts.register(EMAIL, PASSWORD)

    after = await accounts.assign_role(EMAIL, "another good password", ADMIN_ROLE)

    assert (after.id, after.role) == (before.id, ADMIN_ROLE)
    assert logins.ended == [before.id]
    assert await accounts.verify_password(EMAIL, "another good password", ADDRESS) == after
