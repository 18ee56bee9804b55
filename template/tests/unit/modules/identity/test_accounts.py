"""Registering, logging in, and refresh tokens that are used once."""

import datetime as dt
from collections.abc import Iterator
from uuid import UUID

import pytest

from app.kernel.access import Role, Session
from app.kernel.errors import Conflict, NotAuthenticated, RuleViolation
from app.modules.identity.application.accounts import Accounts
from app.platform.auth.jwt import JwtAccessTokens
from tests import fakes

EMAIL = "alice@example.com"
PASSWORD = "correct horse battery"
REFRESH_LIFETIME = dt.timedelta(days=30)


@pytest.fixture
def clock() -> fakes.Clock:
    clock = fakes.Clock()
    clock.now = dt.datetime.now(dt.UTC)
    return clock


@pytest.fixture
def accounts(clock: fakes.Clock) -> Accounts:
    numbers: Iterator[int] = iter(range(1, 1000))
    refresh_tokens = fakes.InMemoryRefreshTokens()
    return Accounts(
        fakes.InMemoryUsers(refresh_tokens),
        refresh_tokens,
        passwords=fakes.ReversedPasswords(),
        access_tokens=JwtAccessTokens("k" * 32, "service", dt.timedelta(minutes=15), clock=clock),
        refresh_lifetime=REFRESH_LIFETIME,
        clock=clock,
        new_id=lambda: UUID(int=next(numbers)),
        transaction=fakes.no_transaction,
    )


async def test_a_newcomer_may_only_read(accounts: Accounts) -> None:
    user = await accounts.register(" Alice@Example.com", PASSWORD)

    assert (user.email, user.role) == (EMAIL, Role.VIEWER)
    assert user.password_hash != PASSWORD


@pytest.mark.parametrize("password", ["x" * 11, "x" * 129])
async def test_a_password_has_a_sensible_length(accounts: Accounts, password: str) -> None:
    with pytest.raises(RuleViolation, match="from 12 to 128"):
        await accounts.register(EMAIL, password)


async def test_an_email_registers_once(accounts: Accounts) -> None:
    await accounts.register(EMAIL, PASSWORD)

    with pytest.raises(Conflict):
        await accounts.register(EMAIL.upper(), PASSWORD)


async def test_a_login_proves_who_one_is(accounts: Accounts) -> None:
    user = await accounts.register(EMAIL, PASSWORD)
    tokens = await accounts.login(EMAIL.upper(), PASSWORD)

    caller = await accounts.caller_of(tokens.access_token)
    assert (caller.id, caller.role) == (user.id, Role.VIEWER)
    assert await accounts.me(caller) == user


@pytest.mark.parametrize("email", [EMAIL, "nobody@example.com"])
async def test_nobody_learns_who_has_registered(accounts: Accounts, email: str) -> None:
    await accounts.register(EMAIL, PASSWORD)

    with pytest.raises(NotAuthenticated, match="The email or the password is wrong"):
        await accounts.login(email, "wrong")


async def test_a_refresh_token_gives_a_new_pair_once(accounts: Accounts) -> None:
    await accounts.register(EMAIL, PASSWORD)
    first = await accounts.login(EMAIL, PASSWORD)
    second = await accounts.refresh(first.refresh_token)

    assert await accounts.caller_of(second.access_token)
    with pytest.raises(NotAuthenticated):
        await accounts.refresh(first.refresh_token)
    # The second use betrayed a theft: whoever holds the other token is out as well.
    with pytest.raises(NotAuthenticated):
        await accounts.refresh(second.refresh_token)


async def test_a_refresh_token_ends(accounts: Accounts, clock: fakes.Clock) -> None:
    await accounts.register(EMAIL, PASSWORD)
    tokens = await accounts.login(EMAIL, PASSWORD)
    clock.now += REFRESH_LIFETIME

    with pytest.raises(NotAuthenticated):
        await accounts.refresh(tokens.refresh_token)


async def test_a_logout_ends_one_session(accounts: Accounts) -> None:
    await accounts.register(EMAIL, PASSWORD)
    here, there = await accounts.login(EMAIL, PASSWORD), await accounts.login(EMAIL, PASSWORD)

    await accounts.logout(here.refresh_token)
    await accounts.logout("nonsense")

    with pytest.raises(NotAuthenticated):
        await accounts.refresh(here.refresh_token)
    with pytest.raises(NotAuthenticated, match="has ended"):
        await accounts.caller_of(here.access_token)
    assert await accounts.caller_of(there.access_token)
    assert await accounts.refresh(there.refresh_token)


async def test_whose_user_is_gone_proves_nothing(accounts: Accounts, clock: fakes.Clock) -> None:
    tokens = JwtAccessTokens("k" * 32, "service", dt.timedelta(minutes=15), clock=clock)
    token = tokens.issue(Session(fakes.ALICE.id, UUID(int=1)), clock.now)

    with pytest.raises(NotAuthenticated, match="has ended"):
        await accounts.caller_of(token)
    with pytest.raises(NotAuthenticated, match="gone"):
        await accounts.me(fakes.ALICE)
