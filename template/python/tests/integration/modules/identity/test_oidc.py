"""Tokens of an issuer over HTTP: verification, key rotation and outages."""

import asyncio
import base64
import hmac
import json
import time
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from structlog.testing import capture_logs

from app.kernel.errors import NotAuthenticated, Unavailable
from app.modules.identity.domain.external_identity import ExternalIdentity
from app.modules.identity.infrastructure.oidc.issuer import (
    MAX_BYTES,
    MAX_OUTAGE,
    PAUSE,
    Issuer,
    is_secure,
)
from app.modules.identity.infrastructure.oidc.providers import provider
from app.modules.identity.infrastructure.oidc.tokens import REQUIRED_CLAIMS, OidcTokens
from tests.issuers import issued
from tests.issuers.local import AUDIENCE, LocalIssuer, MovableClock, PreparedResponse, SigningKey

DISCOVERY = "/.well-known/openid-configuration"
OTHER_KEY = SigningKey.new("first")
RSA_KEY = SigningKey.new("rsa", "RS256", "RSA")


@pytest.fixture
def local() -> Iterator[LocalIssuer]:
    with LocalIssuer() as issuer:
        yield issuer


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
async def issuer(local: LocalIssuer, clock: MovableClock) -> AsyncIterator[Issuer]:
    issuer = Issuer(local.url, clock=clock)
    yield issuer
    await issuer.close()


@pytest.fixture
def tokens(issuer: Issuer) -> OidcTokens:
    return OidcTokens(issuer, AUDIENCE, provider)


async def test_valid_token_returns_the_identity(tokens: OidcTokens, local: LocalIssuer) -> None:
    token = local.token("ana", ["editor", "auditor"])

    assert await tokens.verify(token) == ExternalIdentity(
        issuer=local.url,
        subject="ana",
        email="ana@example.com",
        roles=frozenset({"editor", "auditor"}),
    )
    assert local.requests == [DISCOVERY, "/keys"]


@pytest.mark.parametrize("roles", [None, []])
async def test_empty_roles_differ_from_missing_roles(
    tokens: OidcTokens, local: LocalIssuer, roles: list[str] | None
) -> None:
    identity = await tokens.verify(local.token(roles=roles))

    assert identity.roles == (None if roles is None else frozenset())


async def test_unverified_email_is_omitted(tokens: OidcTokens, local: LocalIssuer) -> None:
    unverified = issued.unverified(AUDIENCE, "other@example.com")
    missing = {name: value or None for name, value in unverified.items()}

    for claims in (unverified, missing):
        assert (await tokens.verify(local.token(**claims))).email is None


@pytest.mark.parametrize("email", ["no-email", ["a@b"], "a@b\0", f"{'a' * 250}@b.com"])
async def test_invalid_email_is_omitted(tokens: OidcTokens, local: LocalIssuer, email: Any) -> None:
    claims = issued.claims(AUDIENCE, email, None)

    assert (await tokens.verify(local.token(**claims))).email is None


@pytest.mark.parametrize(
    ("algorithm", "kind"),
    [
        *((f"{family}{bits}", "RSA") for family in ("RS", "PS") for bits in (256, 384, 512)),
        ("ES256", "P-256"),
        ("ES384", "P-384"),
        ("ES512", "P-521"),
        ("EdDSA", "Ed25519"),
    ],
)
async def test_supported_key_types_are_accepted(
    tokens: OidcTokens, local: LocalIssuer, algorithm: str, kind: str
) -> None:
    private = RSA_KEY.private if kind == "RSA" else SigningKey.new("", kind=kind).private
    key = SigningKey("key", algorithm, private)
    jwk = key.jwk
    del jwk["alg"], jwk["use"]
    local.publish_jwks(jwk)

    assert (await tokens.verify(local.token(key=key))).subject == "ana"


async def test_token_without_key_id_requires_a_single_suitable_key(
    tokens: OidcTokens, local: LocalIssuer, clock: MovableClock
) -> None:
    local.publish(local.key, RSA_KEY)
    without_key_id = local.token(headers={"kid": None})
    assert (await tokens.verify(without_key_id)).subject == "ana"

    other = SigningKey.new("other")
    local.publish(local.key, other)
    clock.now += MAX_OUTAGE
    with pytest.raises(NotAuthenticated):
        await tokens.verify(without_key_id)


@pytest.mark.parametrize("kind", ["JWT", "at+jwt", "application/at+jwt", None])
async def test_access_token_types_are_accepted(
    tokens: OidcTokens, local: LocalIssuer, kind: str | None
) -> None:
    assert await tokens.verify(local.token(headers={"typ": kind}))


async def test_one_matching_audience_of_several_is_accepted(
    tokens: OidcTokens, local: LocalIssuer
) -> None:
    assert await tokens.verify(local.token(aud=["https://other.test", AUDIENCE]))


async def test_small_clock_difference_is_tolerated(tokens: OidcTokens, local: LocalIssuer) -> None:
    now = int(time.time())

    assert await tokens.verify(local.token(exp=now - 2, iat=now + 2, nbf=now + 2))


def public_pem(local: LocalIssuer) -> bytes:
    pem: bytes = local.key.private.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return pem


def with_secret(local: LocalIssuer, secret: bytes, algorithm: str = "HS256") -> str:
    """Return a token signed with a secret; PyJWT itself refuses to sign with a public key."""
    header = encoded({"alg": algorithm, "kid": local.key.id, "typ": "JWT"})
    body = f"{header}.{local.token().split('.')[1]}"
    return f"{body}.{base64url(hmac.digest(secret, body.encode(), 'sha256'))}"


def base64url(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def encoded(part: Any) -> str:
    return base64url(json.dumps(part).encode())


def with_other_subject(token: str) -> str:
    """Return the token with another subject and the same signature."""
    header, _, signature = token.split(".")
    claims = jwt.decode(token, options={"verify_signature": False}) | {"sub": "admin"}
    return f"{header}.{encoded(claims)}.{signature}"


FORGERIES: dict[str, Callable[[LocalIssuer], str]] = {
    "another issuer": lambda it: it.token(iss="https://elsewhere.test"),
    "almost the issuer": lambda it: it.token(iss=f"{it.url}/"),
    "another audience": lambda it: it.token(aud="https://other.test"),
    "other audiences": lambda it: it.token(aud=["https://other.test", f"{AUDIENCE}/x"]),
    "audiences in an object": lambda it: it.token(aud={AUDIENCE: 1}),
    "expired": lambda it: it.token(exp=int(time.time()) - 6),
    "not yet valid": lambda it: it.token(nbf=int(time.time()) + 60),
    "issued in the future": lambda it: it.token(iat=int(time.time()) + 86400),
    "invalid expiry": lambda it: it.token(exp="never"),
    "empty subject": lambda it: it.token(subject=""),
    "subject is a list": lambda it: it.token(sub=["ana"]),
    "subject too long": lambda it: it.token(sub="a" * 256),
    "subject with a control character": lambda it: it.token(sub="a\0"),
    "another key with the same identifier": lambda it: it.token(key=OTHER_KEY),
    "another algorithm": lambda it: it.token(key=SigningKey("first", "RS256", RSA_KEY.private)),
    "public key as secret": lambda it: with_secret(it, public_pem(it)),
    "public key as secret, with another algorithm": lambda it: with_secret(
        it, public_pem(it), "ES256"
    ),
    "empty secret": lambda it: with_secret(it, b""),
    "no signature": lambda it: jwt.encode(
        jwt.decode(it.token(), options={"verify_signature": False}), "", "none"
    ),
    "truncated signature": lambda it: f"{it.token().rpartition('.')[0]}.",
    "changed payload": lambda it: with_other_subject(it.token()),
    "embedded key": lambda it: it.token(key=OTHER_KEY, headers={"jwk": OTHER_KEY.jwk}),
    "URL of a key": lambda it: it.token(
        key=OTHER_KEY, headers={"jku": f"{it.url}/keys", "x5u": f"{it.url}/keys"}
    ),
    "unknown critical header": lambda it: it.token(headers={"crit": ["x"], "x": 1}),
    "logout token": lambda it: it.token(headers={"typ": "logout+jwt"}),
    "bound to a key": lambda it: it.token(cnf={"jkt": "x"}),
    "ID token": lambda it: it.token(**issued.ID_TOKEN_CLAIMS),
    "nonsense": lambda _: "nonsense",
    "empty": lambda _: "",
    "deeply nested JSON": lambda _: f"{base64url(b'[' * 30_000)}.e30.e30",
    "header and payload are lists": lambda _: f"{encoded([])}.{encoded([])}.e30",
    "no algorithm": lambda _: f"{encoded({})}.e30.e30",
    "key identifier is a list": lambda _: f"{encoded({'alg': 'ES256', 'kid': []})}.e30.e30",
    "algorithm is a list": lambda _: f"{encoded({'alg': ['ES256']})}.e30.e30",
}


@pytest.mark.parametrize("forge", FORGERIES.values(), ids=FORGERIES.keys())
async def test_forged_token_is_rejected(
    tokens: OidcTokens, local: LocalIssuer, forge: Callable[[LocalIssuer], str]
) -> None:
    assert await tokens.verify(local.token())
    with pytest.raises(NotAuthenticated):
        await tokens.verify(forge(local))


@pytest.mark.parametrize("claim", REQUIRED_CLAIMS)
async def test_missing_claim_is_rejected(
    tokens: OidcTokens, local: LocalIssuer, claim: str
) -> None:
    with pytest.raises(NotAuthenticated):
        await tokens.verify(local.token(**dict[str, Any]({claim: None})))


async def test_malformed_token_causes_no_request(tokens: OidcTokens, local: LocalIssuer) -> None:
    for token in ("nonsense", with_secret(local, b"x"), local.token(headers={"typ": "other"})):
        with pytest.raises(NotAuthenticated):
            await tokens.verify(token)
    assert local.requests == []


SHORT = SigningKey.new("key", "RS256", "short RSA")


@pytest.mark.parametrize(
    "jwk",
    [
        "no object",
        {},
        {"kty": ["RSA"], "kid": "key"},
        {"kty": "RSA", "kid": "key", "alg": "RS256", "n": 1, "e": "AQAB"},
        {"kty": "RSA", "kid": "key", "alg": "RS256"},
        {"kty": "oct", "kid": "key", "alg": "HS256", "k": "c2VjcmV0"},
        {"kty": "EC", "crv": {}, "kid": "key"},
        {"kty": "EC", "crv": "P-256", "kid": "key", "x": "AA", "y": "AA"},
        SHORT.jwk,
        {**RSA_KEY.jwk, "kid": "key", "use": "enc"},
        {**RSA_KEY.jwk, "kid": "key", "alg": "RSA-OAEP"},
        {**RSA_KEY.jwk, "kid": "key", "alg": "PS256"},
    ],
    ids=lambda jwk: str(jwk)[:60],
)
async def test_unsuitable_keys_are_ignored(
    tokens: OidcTokens, local: LocalIssuer, jwk: Any
) -> None:
    local.publish_jwks(jwk, local.key.jwk)
    assert await tokens.verify(local.token())

    private = SHORT.private if jwk is SHORT.jwk else RSA_KEY.private
    with pytest.raises(NotAuthenticated):
        await tokens.verify(local.token(key=SigningKey("key", "RS256", private)))


async def test_published_private_key_is_used_as_public_key(
    tokens: OidcTokens, local: LocalIssuer
) -> None:
    local.publish_jwks({**local.key.jwk, "d": base64url(b"\1" * 32)})

    assert await tokens.verify(local.token())


async def test_concurrent_requests_cause_one_fetch(tokens: OidcTokens, local: LocalIssuer) -> None:
    local.responses["/keys"].seconds = 0.1
    await asyncio.gather(*(tokens.verify(local.token()) for _ in range(20)))
    await tokens.verify(local.token())

    assert local.fetches == 1


async def test_rotated_key_is_fetched_immediately(tokens: OidcTokens, local: LocalIssuer) -> None:
    old = local.token()
    await tokens.verify(old)
    local.rotate()

    await asyncio.gather(*(tokens.verify(local.token()) for _ in range(20)))

    assert local.fetches == 2
    with pytest.raises(NotAuthenticated):
        await tokens.verify(old)


async def test_unknown_keys_cause_few_fetches(
    tokens: OidcTokens, local: LocalIssuer, clock: MovableClock
) -> None:
    await tokens.verify(local.token())

    for number in range(10):
        with pytest.raises(NotAuthenticated):
            await tokens.verify(local.token(headers={"kid": f"invented {number}"}))
    assert local.fetches == 2

    local.rotate()
    with pytest.raises(NotAuthenticated):
        await tokens.verify(local.token())
    clock.advance(seconds=PAUSE.total_seconds())
    await tokens.verify(local.token())
    assert local.fetches == 3


async def wait_until(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not happened():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.005)


@pytest.mark.parametrize(
    ("cache_control", "seconds"),
    [
        ("public, max-age=300, must-revalidate", 300),
        ("max-age=0", 60),
        ("max-age=999999999", 3600),
        ("no-cache", 600),
    ],
)
async def test_keys_are_fetched_again_after_their_lifetime(
    tokens: OidcTokens, local: LocalIssuer, clock: MovableClock, cache_control: str, seconds: int
) -> None:
    local.publish(local.key, Cache_Control=cache_control)
    await tokens.verify(local.token())
    old = local.key
    local.rotate()

    clock.advance(seconds=seconds - 1)
    assert await tokens.verify(local.token(key=old))
    assert local.fetches == 1
    clock.advance(seconds=1)
    # The fetch runs in the background, so that only later requests use its result.
    assert await tokens.verify(local.token(key=old))
    await wait_until(lambda: local.fetches == 2)
    await tokens.verify(local.token())
    with pytest.raises(NotAuthenticated):
        await tokens.verify(local.token(key=old))


async def test_outage_without_known_keys_is_unavailable(
    tokens: OidcTokens, local: LocalIssuer, clock: MovableClock
) -> None:
    local.stop()
    for _ in range(2):
        with pytest.raises(Unavailable):
            await tokens.verify(local.token())
    local.start()
    with pytest.raises(Unavailable):
        await tokens.verify(local.token())

    clock.advance(seconds=2)
    assert await tokens.verify(local.token())
    # The first successful fetch causes no pause.
    local.rotate()
    assert await tokens.verify(local.token())


async def test_outage_does_not_affect_tokens_with_known_keys(
    tokens: OidcTokens, local: LocalIssuer, clock: MovableClock
) -> None:
    await tokens.verify(local.token())
    local.stop()
    clock.advance(hours=1)

    assert await tokens.verify(local.token())
    # Only the issuer could tell whether another key is valid.
    with pytest.raises(Unavailable):
        await tokens.verify(local.token(headers={"kid": "unknown"}))
    with pytest.raises(NotAuthenticated):
        await tokens.verify(local.token(key=OTHER_KEY))

    local.start()
    clock.advance(seconds=PAUSE.total_seconds())
    with pytest.raises(NotAuthenticated):
        await tokens.verify(local.token(headers={"kid": "unknown"}))


async def test_known_keys_expire_during_a_long_outage(
    tokens: OidcTokens, local: LocalIssuer, clock: MovableClock
) -> None:
    await tokens.verify(local.token())
    local.stop()
    clock.now += MAX_OUTAGE
    with pytest.raises(Unavailable):
        await tokens.verify(local.token())

    local.start()
    clock.advance(seconds=PAUSE.total_seconds())
    assert await tokens.verify(local.token())


def discovery(local: LocalIssuer, **changes: Any) -> PreparedResponse:
    return PreparedResponse({**local.responses[DISCOVERY].document, **changes})


BROKEN: dict[str, Callable[[LocalIssuer], dict[str, PreparedResponse]]] = {
    "another issuer": lambda it: {DISCOVERY: discovery(it, issuer=f"{it.url}/")},
    "no issuer": lambda it: {DISCOVERY: discovery(it, issuer=None)},
    "no keys": lambda it: {DISCOVERY: discovery(it, jwks_uri=None)},
    "keys in a file": lambda it: {DISCOVERY: discovery(it, jwks_uri="file:///etc/passwd")},
    "invalid URL of keys": lambda it: {DISCOVERY: discovery(it, jwks_uri="http://[")},
    "script as endpoint": lambda it: {
        DISCOVERY: discovery(it, authorization_endpoint="javascript:alert(1)")
    },
    "redirect": lambda it: {
        "/elsewhere": it.responses["/keys"],
        "/keys": PreparedResponse(b"", 302, {"Location": f"{it.url}/elsewhere"}),
    },
    "no discovery document": lambda _: {DISCOVERY: PreparedResponse({}, 404)},
    "server error": lambda it: {"/keys": PreparedResponse(it.responses["/keys"].document, 500)},
    "oversized": lambda it: {
        "/keys": PreparedResponse({**it.responses["/keys"].document, "more": "x" * MAX_BYTES})
    },
    "no JSON": lambda _: {"/keys": PreparedResponse(b"<html>")},
    "invalid UTF-8": lambda _: {"/keys": PreparedResponse(b"\xff\xfe\xfd")},
    "deeply nested JSON": lambda _: {"/keys": PreparedResponse(b"[" * 100_000)},
    "no object": lambda _: {"/keys": PreparedResponse([])},
    "no list": lambda _: {"/keys": PreparedResponse({"keys": {}})},
    "an empty list": lambda _: {"/keys": PreparedResponse({"keys": []})},
}


@pytest.mark.parametrize("break_", BROKEN.values(), ids=BROKEN.keys())
async def test_invalid_response_of_the_issuer_is_an_outage(
    tokens: OidcTokens,
    local: LocalIssuer,
    clock: MovableClock,
    break_: Callable[[LocalIssuer], dict[str, PreparedResponse]],
) -> None:
    valid = dict(local.responses)
    local.responses |= break_(local)
    with pytest.raises(Unavailable):
        await tokens.verify(local.token())
    assert "/elsewhere" not in local.requests

    local.responses = valid
    clock.advance(seconds=2)
    assert await tokens.verify(local.token())
    # An invalid response does not replace a previous valid one.
    local.responses = valid | break_(local)
    clock.advance(hours=1)
    with capture_logs() as logs:
        await tokens.verify(local.token())
        await wait_until(lambda: bool(logs))
    assert [line["event"] for line in logs] == ["issuer unavailable"]
    assert await tokens.verify(local.token())


async def test_slow_issuer_times_out(local: LocalIssuer, clock: MovableClock) -> None:
    local.responses["/keys"].seconds = 1
    issuer = Issuer(local.url, clock=clock, timeout_seconds=0.1)
    started = time.monotonic()
    with pytest.raises(Unavailable):
        await issuer.metadata()

    assert time.monotonic() - started < 0.9
    await issuer.close()


async def test_cancelled_request_does_not_cancel_the_fetch(
    tokens: OidcTokens, local: LocalIssuer
) -> None:
    local.responses["/keys"].seconds = 0.1
    cancelled = asyncio.ensure_future(tokens.verify(local.token()))
    waiting = asyncio.ensure_future(tokens.verify(local.token()))
    await asyncio.sleep(0.02)
    cancelled.cancel()

    assert (await waiting).subject == "ana"
    assert local.fetches == 1


async def test_close_cancels_a_pending_fetch(local: LocalIssuer, clock: MovableClock) -> None:
    local.responses["/keys"].seconds = 0.1
    issuer = Issuer(local.url, clock=clock)
    pending = asyncio.ensure_future(issuer.metadata())
    await asyncio.sleep(0.02)

    await issuer.close()

    with pytest.raises(asyncio.CancelledError):
        await pending


async def test_https_issuer_may_not_refer_to_http_urls(clock: MovableClock) -> None:
    issuer = Issuer("https://id.test", clock=clock)

    assert issuer._is_acceptable("https://keys.test")  # noqa: SLF001
    assert not issuer._is_acceptable("http://keys.test")  # noqa: SLF001
    await issuer.close()


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://id.test", True),
        ("http://127.0.0.1:9000", True),
        ("http://localhost:9000/realms/x", True),
        ("http://[::1]:9000", True),
        ("http://id.test", False),
        ("http://localhost.test", False),
        ("http://127.0.0.1@id.test", False),
        ("ftp://localhost", False),
        ("id.test", False),
    ],
)
def test_plain_http_is_secure_for_loopback_only(url: str, expected: bool) -> None:
    assert is_secure(url) is expected
