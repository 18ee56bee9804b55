"""Tokens of an issuer, which is asked over HTTP: what is believed, and what happens without it."""

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
from app.modules.identity.infrastructure.oidc.tokens import CLAIMS, OidcTokens
from tests.issuers import issued
from tests.issuers.local import AUDIENCE, Answer, LocalIssuer, SigningKey, Time

DISCOVERY = "/.well-known/openid-configuration"
STRANGER = SigningKey.new("first")
RSA_KEY = SigningKey.new("rsa", "RS256", "RSA")


@pytest.fixture
def local() -> Iterator[LocalIssuer]:
    with LocalIssuer() as issuer:
        yield issuer


@pytest.fixture
def clock() -> Time:
    return Time()


@pytest.fixture
async def issuer(local: LocalIssuer, clock: Time) -> AsyncIterator[Issuer]:
    issuer = Issuer(local.url, clock=clock)
    yield issuer
    await issuer.close()


@pytest.fixture
def tokens(issuer: Issuer) -> OidcTokens:
    return OidcTokens(issuer, AUDIENCE, provider)


async def test_a_token_says_whose_it_is(tokens: OidcTokens, local: LocalIssuer) -> None:
    token = local.token("ana", ["editor", "auditor"])

    assert await tokens.verify(token) == ExternalIdentity(
        issuer=local.url,
        subject="ana",
        email="ana@example.com",
        roles=frozenset({"editor", "auditor"}),
    )
    assert local.asked == [DISCOVERY, "/keys"]


@pytest.mark.parametrize("roles", [None, []])
async def test_no_roles_are_not_the_same_as_nothing_said_of_roles(
    tokens: OidcTokens, local: LocalIssuer, roles: list[str] | None
) -> None:
    identity = await tokens.verify(local.token(roles=roles))

    assert identity.roles == (None if roles is None else frozenset())


async def test_an_email_that_nobody_has_verified_is_left_out(
    tokens: OidcTokens, local: LocalIssuer
) -> None:
    unverified = issued.unverified(AUDIENCE, "somebody.else@example.com")
    unsaid = {name: value or None for name, value in unverified.items()}

    for claims in (unverified, unsaid):
        assert (await tokens.verify(local.token(**claims))).email is None


@pytest.mark.parametrize("email", ["nobody", ["a@b"], "a@b\0", f"{'a' * 250}@b.com"])
async def test_what_is_no_email_is_left_out(
    tokens: OidcTokens, local: LocalIssuer, email: Any
) -> None:
    said = issued.claims(AUDIENCE, email, None)

    assert (await tokens.verify(local.token(**said))).email is None


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
async def test_keys_may_be_of_many_kinds(
    tokens: OidcTokens, local: LocalIssuer, algorithm: str, kind: str
) -> None:
    private = RSA_KEY.private if kind == "RSA" else SigningKey.new("", kind=kind).private
    key = SigningKey("key", algorithm, private)
    jwk = key.jwk
    del jwk["alg"], jwk["use"]
    local.publish_jwks(jwk)

    assert (await tokens.verify(local.token(key=key))).subject == "ana"


async def test_a_key_may_have_no_name_where_there_is_but_one(
    tokens: OidcTokens, local: LocalIssuer, clock: Time
) -> None:
    local.publish(local.key, RSA_KEY)
    nameless = local.token(headers={"kid": None})
    assert (await tokens.verify(nameless)).subject == "ana"

    other = SigningKey.new("other")
    local.publish(local.key, other)
    clock.now += MAX_OUTAGE
    with pytest.raises(NotAuthenticated):
        await tokens.verify(nameless)


@pytest.mark.parametrize("kind", ["JWT", "at+jwt", "application/at+jwt", None])
async def test_access_tokens_are_of_two_types(
    tokens: OidcTokens, local: LocalIssuer, kind: str | None
) -> None:
    assert await tokens.verify(local.token(headers={"typ": kind}))


async def test_one_audience_of_several_is_enough(tokens: OidcTokens, local: LocalIssuer) -> None:
    assert await tokens.verify(local.token(aud=["https://other.test", AUDIENCE]))


async def test_clocks_may_differ_a_little(tokens: OidcTokens, local: LocalIssuer) -> None:
    now = int(time.time())

    assert await tokens.verify(local.token(exp=now - 2, iat=now + 2, nbf=now + 2))


def public_pem(local: LocalIssuer) -> bytes:
    pem: bytes = local.key.private.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return pem


def with_secret(local: LocalIssuer, secret: bytes, algorithm: str = "HS256") -> str:
    """A token signed with a secret: PyJWT itself refuses to sign with a public key."""
    header = encoded({"alg": algorithm, "kid": local.key.id, "typ": "JWT"})
    body = f"{header}.{local.token().split('.')[1]}"
    return f"{body}.{base64url(hmac.digest(secret, body.encode(), 'sha256'))}"


def base64url(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def encoded(part: Any) -> str:
    return base64url(json.dumps(part).encode())


def changed(token: str) -> str:
    """The token of somebody else, with the signature of this one."""
    header, _, signature = token.split(".")
    claims = jwt.decode(token, options={"verify_signature": False}) | {"sub": "admin"}
    return f"{header}.{encoded(claims)}.{signature}"


FORGERIES: dict[str, Callable[[LocalIssuer], str]] = {
    "another issuer": lambda it: it.token(iss="https://elsewhere.test"),
    "almost the issuer": lambda it: it.token(iss=f"{it.url}/"),
    "another audience": lambda it: it.token(aud="https://other.test"),
    "other audiences": lambda it: it.token(aud=["https://other.test", f"{AUDIENCE}/x"]),
    "no list of audiences": lambda it: it.token(aud={AUDIENCE: 1}),
    "expired": lambda it: it.token(exp=int(time.time()) - 6),
    "not yet valid": lambda it: it.token(nbf=int(time.time()) + 60),
    "issued tomorrow": lambda it: it.token(iat=int(time.time()) + 86400),
    "an end that is no time": lambda it: it.token(exp="never"),
    "no name": lambda it: it.token(subject=""),
    "a name that is a list": lambda it: it.token(sub=["ana"]),
    "a name beyond all measure": lambda it: it.token(sub="a" * 256),
    "a name that cannot be read": lambda it: it.token(sub="a\0"),
    "another key of the same name": lambda it: it.token(key=STRANGER),
    "another algorithm": lambda it: it.token(key=SigningKey("first", "RS256", RSA_KEY.private)),
    "the public key as a secret": lambda it: with_secret(it, public_pem(it)),
    "the public key as a secret, for another algorithm": lambda it: with_secret(
        it, public_pem(it), "ES256"
    ),
    "no secret": lambda it: with_secret(it, b""),
    "no signature": lambda it: jwt.encode(
        jwt.decode(it.token(), options={"verify_signature": False}), "", "none"
    ),
    "a signature cut off": lambda it: f"{it.token().rpartition('.')[0]}.",
    "changed": lambda it: changed(it.token()),
    "a key of its own": lambda it: it.token(key=STRANGER, headers={"jwk": STRANGER.jwk}),
    "a place for its key": lambda it: it.token(
        key=STRANGER, headers={"jku": f"{it.url}/keys", "x5u": f"{it.url}/keys"}
    ),
    "a condition that nobody knows": lambda it: it.token(headers={"crit": ["x"], "x": 1}),
    "a logout token": lambda it: it.token(headers={"typ": "logout+jwt"}),
    "bound to a key": lambda it: it.token(cnf={"jkt": "x"}),
    "of another kind": lambda it: it.token(**issued.OF_ANOTHER_KIND),
    "nonsense": lambda _: "nonsense",
    "nothing": lambda _: "",
    "a nest of JSON": lambda _: f"{base64url(b'[' * 30_000)}.e30.e30",
    "a list": lambda _: f"{encoded([])}.{encoded([])}.e30",
    "no algorithm": lambda _: f"{encoded({})}.e30.e30",
    "a key that is a list": lambda _: f"{encoded({'alg': 'ES256', 'kid': []})}.e30.e30",
    "an algorithm that is a list": lambda _: f"{encoded({'alg': ['ES256']})}.e30.e30",
}


@pytest.mark.parametrize("forge", FORGERIES.values(), ids=FORGERIES.keys())
async def test_no_forgery_is_believed(
    tokens: OidcTokens, local: LocalIssuer, forge: Callable[[LocalIssuer], str]
) -> None:
    assert await tokens.verify(local.token())
    with pytest.raises(NotAuthenticated):
        await tokens.verify(forge(local))


@pytest.mark.parametrize("claim", CLAIMS)
async def test_a_token_must_be_complete(tokens: OidcTokens, local: LocalIssuer, claim: str) -> None:
    with pytest.raises(NotAuthenticated):
        await tokens.verify(local.token(**dict[str, Any]({claim: None})))


async def test_what_is_clearly_no_token_asks_nobody(tokens: OidcTokens, local: LocalIssuer) -> None:
    for token in ("nonsense", with_secret(local, b"x"), local.token(headers={"typ": "other"})):
        with pytest.raises(NotAuthenticated):
            await tokens.verify(token)
    assert local.asked == []


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
async def test_keys_that_are_not_for_tokens_are_passed_over(
    tokens: OidcTokens, local: LocalIssuer, jwk: Any
) -> None:
    local.publish_jwks(jwk, local.key.jwk)
    assert await tokens.verify(local.token())

    private = SHORT.private if jwk is SHORT.jwk else RSA_KEY.private
    with pytest.raises(NotAuthenticated):
        await tokens.verify(local.token(key=SigningKey("key", "RS256", private)))


async def test_a_private_key_in_public_is_used_as_a_public_one(
    tokens: OidcTokens, local: LocalIssuer
) -> None:
    local.publish_jwks({**local.key.jwk, "d": base64url(b"\1" * 32)})

    assert await tokens.verify(local.token())


async def test_keys_are_asked_for_once(tokens: OidcTokens, local: LocalIssuer) -> None:
    local.answers["/keys"].seconds = 0.1
    await asyncio.gather(*(tokens.verify(local.token()) for _ in range(20)))
    await tokens.verify(local.token())

    assert local.times_asked == 1


async def test_a_new_key_is_found_at_once(tokens: OidcTokens, local: LocalIssuer) -> None:
    old = local.token()
    await tokens.verify(old)
    local.rotate()

    await asyncio.gather(*(tokens.verify(local.token()) for _ in range(20)))

    assert local.times_asked == 2
    with pytest.raises(NotAuthenticated):
        await tokens.verify(old)


async def test_invented_keys_do_not_make_the_service_ask_all_the_time(
    tokens: OidcTokens, local: LocalIssuer, clock: Time
) -> None:
    await tokens.verify(local.token())

    for number in range(10):
        with pytest.raises(NotAuthenticated):
            await tokens.verify(local.token(headers={"kid": f"invented {number}"}))
    assert local.times_asked == 2

    local.rotate()
    with pytest.raises(NotAuthenticated):
        await tokens.verify(local.token())
    clock.pass_(seconds=PAUSE.total_seconds())
    await tokens.verify(local.token())
    assert local.times_asked == 3


async def until(happened: Callable[[], bool]) -> None:
    give_up = time.monotonic() + 10
    while not happened():
        assert time.monotonic() < give_up
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
async def test_keys_are_asked_for_again_when_they_are_old(
    tokens: OidcTokens, local: LocalIssuer, clock: Time, cache_control: str, seconds: int
) -> None:
    local.publish(local.key, Cache_Control=cache_control)
    await tokens.verify(local.token())
    old = local.key
    local.rotate()

    clock.pass_(seconds=seconds - 1)
    assert await tokens.verify(local.token(key=old))
    assert local.times_asked == 1
    clock.pass_(seconds=1)
    # This one does not wait for the new keys, and the ones after it know that the old one is gone.
    assert await tokens.verify(local.token(key=old))
    await until(lambda: local.times_asked == 2)
    await tokens.verify(local.token())
    with pytest.raises(NotAuthenticated):
        await tokens.verify(local.token(key=old))


async def test_without_keys_and_issuer_nobody_can_tell(
    tokens: OidcTokens, local: LocalIssuer, clock: Time
) -> None:
    local.stop()
    for _ in range(2):
        with pytest.raises(Unavailable):
            await tokens.verify(local.token())
    local.start()
    with pytest.raises(Unavailable):
        await tokens.verify(local.token())

    clock.pass_(seconds=2)
    assert await tokens.verify(local.token())
    # A key that is new already needs no pause after that.
    local.rotate()
    assert await tokens.verify(local.token())


async def test_an_issuer_that_is_away_is_not_needed_for_known_keys(
    tokens: OidcTokens, local: LocalIssuer, clock: Time
) -> None:
    await tokens.verify(local.token())
    local.stop()
    clock.pass_(hours=1)

    assert await tokens.verify(local.token())
    # Of another key nobody can say whether it is the issuer's.
    with pytest.raises(Unavailable):
        await tokens.verify(local.token(headers={"kid": "unknown"}))
    with pytest.raises(NotAuthenticated):
        await tokens.verify(local.token(key=STRANGER))

    local.start()
    clock.pass_(seconds=PAUSE.total_seconds())
    with pytest.raises(NotAuthenticated):
        await tokens.verify(local.token(headers={"kid": "unknown"}))


async def test_known_keys_are_not_believed_for_ever(
    tokens: OidcTokens, local: LocalIssuer, clock: Time
) -> None:
    await tokens.verify(local.token())
    local.stop()
    clock.now += MAX_OUTAGE
    with pytest.raises(Unavailable):
        await tokens.verify(local.token())

    local.start()
    clock.pass_(seconds=PAUSE.total_seconds())
    assert await tokens.verify(local.token())


def discovery(local: LocalIssuer, **changes: Any) -> Answer:
    return Answer({**local.answers[DISCOVERY].document, **changes})


BROKEN: dict[str, Callable[[LocalIssuer], dict[str, Answer]]] = {
    "another issuer": lambda it: {DISCOVERY: discovery(it, issuer=f"{it.url}/")},
    "no issuer": lambda it: {DISCOVERY: discovery(it, issuer=None)},
    "no keys": lambda it: {DISCOVERY: discovery(it, jwks_uri=None)},
    "keys in a file": lambda it: {DISCOVERY: discovery(it, jwks_uri="file:///etc/passwd")},
    "keys nowhere": lambda it: {DISCOVERY: discovery(it, jwks_uri="http://[")},
    "a script to sign in": lambda it: {
        DISCOVERY: discovery(it, authorization_endpoint="javascript:alert(1)")
    },
    "elsewhere": lambda it: {
        "/elsewhere": it.answers["/keys"],
        "/keys": Answer(b"", 302, {"Location": f"{it.url}/elsewhere"}),
    },
    "no discovery": lambda _: {DISCOVERY: Answer({}, 404)},
    "an error": lambda it: {"/keys": Answer(it.answers["/keys"].document, 500)},
    "too much": lambda it: {
        "/keys": Answer({**it.answers["/keys"].document, "more": "x" * MAX_BYTES})
    },
    "no JSON": lambda _: {"/keys": Answer(b"<html>")},
    "no text": lambda _: {"/keys": Answer(b"\xff\xfe\xfd")},
    "a nest of JSON": lambda _: {"/keys": Answer(b"[" * 100_000)},
    "no object": lambda _: {"/keys": Answer([])},
    "no list": lambda _: {"/keys": Answer({"keys": {}})},
    "an empty list": lambda _: {"/keys": Answer({"keys": []})},
}


@pytest.mark.parametrize("break_", BROKEN.values(), ids=BROKEN.keys())
async def test_what_an_issuer_should_not_say_is_an_outage(
    tokens: OidcTokens,
    local: LocalIssuer,
    clock: Time,
    break_: Callable[[LocalIssuer], dict[str, Answer]],
) -> None:
    right = dict(local.answers)
    local.answers |= break_(local)
    with pytest.raises(Unavailable):
        await tokens.verify(local.token())
    assert "/elsewhere" not in local.asked

    local.answers = right
    clock.pass_(seconds=2)
    assert await tokens.verify(local.token())
    # Nor does it replace what the issuer has said before.
    local.answers = right | break_(local)
    clock.pass_(hours=1)
    with capture_logs() as logs:
        await tokens.verify(local.token())
        await until(lambda: bool(logs))
    assert [line["event"] for line in logs] == ["issuer unavailable"]
    assert await tokens.verify(local.token())


async def test_an_issuer_that_says_nothing_is_not_waited_for(
    local: LocalIssuer, clock: Time
) -> None:
    local.answers["/keys"].seconds = 1
    issuer = Issuer(local.url, clock=clock, timeout_seconds=0.1)
    started = time.monotonic()
    with pytest.raises(Unavailable):
        await issuer.metadata()

    assert time.monotonic() - started < 0.9
    await issuer.close()


async def test_whoever_gives_up_does_not_take_the_keys_from_others(
    tokens: OidcTokens, local: LocalIssuer
) -> None:
    local.answers["/keys"].seconds = 0.1
    impatient = asyncio.ensure_future(tokens.verify(local.token()))
    patient = asyncio.ensure_future(tokens.verify(local.token()))
    await asyncio.sleep(0.02)
    impatient.cancel()

    assert (await patient).subject == "ana"
    assert local.times_asked == 1


async def test_it_can_be_closed_while_it_asks(local: LocalIssuer, clock: Time) -> None:
    local.answers["/keys"].seconds = 0.1
    issuer = Issuer(local.url, clock=clock)
    asking = asyncio.ensure_future(issuer.metadata())
    await asyncio.sleep(0.02)

    await issuer.close()

    with pytest.raises(asyncio.CancelledError):
        await asking


async def test_a_secure_issuer_does_not_lead_to_an_insecure_place(clock: Time) -> None:
    issuer = Issuer("https://id.test", clock=clock)

    assert issuer._may_lead_to("https://keys.test")  # noqa: SLF001
    assert not issuer._may_lead_to("http://keys.test")  # noqa: SLF001
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
def test_only_this_machine_may_be_asked_in_the_clear(url: str, expected: bool) -> None:
    assert is_secure(url) is expected
