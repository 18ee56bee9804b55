"""Access tokens."""

import datetime as dt
from typing import Any
from uuid import UUID

import jwt
import pytest

from app.kernel.errors import NotAuthenticated
from app.modules.identity.domain.token_session import TokenSession
from app.modules.identity.infrastructure.access_tokens import CLAIMS, JwtAccessTokens, RetiredKey

SECRET = "a key that only the tests know, long enough for any of the algorithms"
OTHER_SECRET = "another key, just as long as the first is"
LIFETIME = dt.timedelta(minutes=5)
HOUR = dt.timedelta(hours=1)
SESSION = TokenSession(user_id=UUID(int=1), id=UUID(int=2))


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def issuing(
    secret: str = SECRET, issuer: str = "service", retired: RetiredKey | None = None
) -> JwtAccessTokens:
    return JwtAccessTokens(secret, issuer, LIFETIME, clock=now, retired=retired)


tokens = issuing()


def test_a_token_says_whose_it_is() -> None:
    assert tokens.verify(tokens.issue(SESSION, now())) == SESSION


@pytest.mark.parametrize(
    "token",
    [
        issuing(OTHER_SECRET).issue(SESSION, now()),
        issuing(issuer="another service").issue(SESSION, now()),
        tokens.issue(SESSION, now() - HOUR),
        tokens.issue(SESSION, now() + HOUR),
        "nonsense",
        "",
    ],
    ids=["other key", "other issuer", "expired", "not yet valid", "nonsense", "nothing"],
)
def test_a_token_of_another_kind_proves_nothing(token: str) -> None:
    with pytest.raises(NotAuthenticated):
        tokens.verify(token)


def forged(
    changes: dict[str, Any], algorithm: str = "HS256", headers: dict[str, Any] | None = None
) -> str:
    """A token that was signed with the right key, and yet is not as it should be."""
    right = tokens.issue(SESSION, now())
    claims = jwt.decode(right, options={"verify_signature": False}) | changes
    return jwt.encode(
        {name: value for name, value in claims.items() if value is not None},
        "" if algorithm == "none" else SECRET,
        algorithm,
        headers=jwt.get_unverified_header(right) | {"alg": algorithm} | (headers or {}),
    )


def test_the_forger_forges_well() -> None:
    assert tokens.verify(forged({})) == SESSION


@pytest.mark.parametrize("claim", CLAIMS)
def test_a_token_must_be_complete(claim: str) -> None:
    with pytest.raises(NotAuthenticated):
        tokens.verify(forged({claim: None}))


FORGERIES = {
    "another audience": forged({"aud": "another service"}),
    "one audience of several": forged({"aud": ["service", "another service"]}),
    "no user": forged({"sub": "nobody"}),
    "no session": forged({"sid": "nothing"}),
    "the end was long ago": forged({"exp": 0}),
    "no signature": forged({}, "none"),
    "another algorithm": forged({}, "HS512"),
    "a path for a key": forged({}, headers={"kid": "../../dev/null"}),
    "another key": forged({}, headers={"kid": "0" * 16}),
}


@pytest.mark.parametrize("token", FORGERIES.values(), ids=FORGERIES.keys())
def test_a_token_must_be_right(token: str) -> None:
    with pytest.raises(NotAuthenticated):
        tokens.verify(token)


def test_a_retired_key_is_believed_for_its_time() -> None:
    old = issuing(OTHER_SECRET)
    token = old.issue(SESSION, now())

    for until, believed in ((now() + HOUR, True), (now() - HOUR, False)):
        rotated = issuing(retired=RetiredKey(OTHER_SECRET, until))
        assert rotated.verify(rotated.issue(SESSION, now())) == SESSION
        if believed:
            assert rotated.verify(token) == SESSION
        else:
            with pytest.raises(NotAuthenticated):
                rotated.verify(token)
    with pytest.raises(NotAuthenticated):
        old.verify(rotated.issue(SESSION, now()))
