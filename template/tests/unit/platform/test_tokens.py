"""Access tokens and passwords."""

import datetime as dt
from uuid import UUID

import jwt
import pytest

from app.kernel.errors import NotAuthenticated
from app.platform.auth.jwt import JwtAccessTokens
from app.platform.auth.passwords import Argon2Passwords

SECRET = "a key that only the tests know, long enough"
LIFETIME = dt.timedelta(minutes=5)
USER = UUID(int=1)

tokens = JwtAccessTokens(SECRET, "service", LIFETIME)


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def test_a_token_says_whose_it_is() -> None:
    assert tokens.verify(tokens.issue(USER, now())) == USER


@pytest.mark.parametrize(
    "other",
    [
        JwtAccessTokens("another key, just as long as the first is", "service", LIFETIME),
        JwtAccessTokens(SECRET, "another service", LIFETIME),
        JwtAccessTokens(SECRET, "service", -LIFETIME),
    ],
    ids=["other key", "other issuer", "expired"],
)
def test_a_token_of_another_kind_proves_nothing(other: JwtAccessTokens) -> None:
    with pytest.raises(NotAuthenticated):
        tokens.verify(other.issue(USER, now()))


@pytest.mark.parametrize("change", [{"exp": None}, {"sub": "nobody"}, {"sub": None}, {"iss": None}])
def test_a_token_must_be_complete(change: dict[str, str | None]) -> None:
    claims = {"iss": "service", "sub": str(USER), "iat": now(), "exp": now() + LIFETIME, **change}
    token = jwt.encode({key: value for key, value in claims.items() if value}, SECRET, "HS256")

    with pytest.raises(NotAuthenticated):
        tokens.verify(token)


def test_an_unsigned_token_proves_nothing() -> None:
    claims = {"iss": "service", "sub": str(USER), "iat": now(), "exp": now() + LIFETIME}

    for token in (jwt.encode(claims, "", "none"), "nonsense", ""):
        with pytest.raises(NotAuthenticated):
            tokens.verify(token)


async def test_a_password_is_recognised_by_its_hash() -> None:
    passwords = Argon2Passwords()
    password_hash = await passwords.hash("correct horse")

    assert password_hash.startswith("$argon2id$")
    assert await passwords.matches("correct horse", password_hash)
    assert not await passwords.matches("wrong horse", password_hash)
    assert not await passwords.matches("correct horse", "no hash")
