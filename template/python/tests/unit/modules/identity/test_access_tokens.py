"""Access tokens."""

import datetime as dt
from typing import Any
from uuid import UUID

import jwt
import pytest

from app.kernel.errors import NotAuthenticated
from app.modules.identity.domain.access_token import AccessTokenClaims
from app.modules.identity.infrastructure.access_tokens import (
    REQUIRED_CLAIMS,
    JwtAccessTokens,
    RetiredKey,
)

SECRET = "a key that only the tests know, long enough for any of the algorithms"
OTHER_SECRET = "another key, just as long as the first is"
LIFETIME = dt.timedelta(minutes=5)
HOUR = dt.timedelta(hours=1)
CLAIMS = AccessTokenClaims(user_id=UUID(int=1), session_id=UUID(int=2))


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def create_tokens(
    secret: str = SECRET, issuer: str = "service", retired: RetiredKey | None = None
) -> JwtAccessTokens:
    return JwtAccessTokens(secret, issuer, LIFETIME, clock=now, retired=retired)


tokens = create_tokens()


def test_issued_token_is_verified() -> None:
    assert tokens.verify(tokens.issue(CLAIMS, now())) == CLAIMS


@pytest.mark.parametrize(
    "token",
    [
        create_tokens(OTHER_SECRET).issue(CLAIMS, now()),
        create_tokens(issuer="another service").issue(CLAIMS, now()),
        tokens.issue(CLAIMS, now() - HOUR),
        tokens.issue(CLAIMS, now() + HOUR),
        "nonsense",
        "",
    ],
    ids=["other key", "other issuer", "expired", "not yet valid", "nonsense", "nothing"],
)
def test_token_of_another_key_issuer_or_time_is_rejected(token: str) -> None:
    with pytest.raises(NotAuthenticated):
        tokens.verify(token)


def forged(
    changes: dict[str, Any], algorithm: str = "HS256", headers: dict[str, Any] | None = None
) -> str:
    """Return a token that is signed with the right key but has other claims or headers."""
    token = tokens.issue(CLAIMS, now())
    claims = jwt.decode(token, options={"verify_signature": False}) | changes
    return jwt.encode(
        {name: value for name, value in claims.items() if value is not None},
        "" if algorithm == "none" else SECRET,
        algorithm,
        headers=jwt.get_unverified_header(token) | {"alg": algorithm} | (headers or {}),
    )


def test_token_forged_without_changes_is_verified() -> None:
    assert tokens.verify(forged({})) == CLAIMS


@pytest.mark.parametrize("claim", REQUIRED_CLAIMS)
def test_missing_claim_is_rejected(claim: str) -> None:
    with pytest.raises(NotAuthenticated):
        tokens.verify(forged({claim: None}))


FORGERIES = {
    "another audience": forged({"aud": "another service"}),
    "one audience of several": forged({"aud": ["service", "another service"]}),
    "invalid user": forged({"sub": "no-uuid"}),
    "invalid session": forged({"sid": "nothing"}),
    "expired long ago": forged({"exp": 0}),
    "no signature": forged({}, "none"),
    "another algorithm": forged({}, "HS512"),
    "a path for a key": forged({}, headers={"kid": "../../dev/null"}),
    "another key": forged({}, headers={"kid": "0" * 16}),
}


@pytest.mark.parametrize("token", FORGERIES.values(), ids=FORGERIES.keys())
def test_forged_token_is_rejected(token: str) -> None:
    with pytest.raises(NotAuthenticated):
        tokens.verify(token)


def test_retired_key_is_accepted_until_its_end() -> None:
    old = create_tokens(OTHER_SECRET)
    token = old.issue(CLAIMS, now())

    for until, accepted in ((now() + HOUR, True), (now() - HOUR, False)):
        rotated = create_tokens(retired=RetiredKey(OTHER_SECRET, until))
        assert rotated.verify(rotated.issue(CLAIMS, now())) == CLAIMS
        if accepted:
            assert rotated.verify(token) == CLAIMS
        else:
            with pytest.raises(NotAuthenticated):
                rotated.verify(token)
    with pytest.raises(NotAuthenticated):
        old.verify(rotated.issue(CLAIMS, now()))
