"""Forged access tokens, and tokens for another audience: a service rejects them."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import HMACAlgorithm, RSAAlgorithm

from ..oidc import ID_TOKEN_CLAIMS, Issuer, access_token_claims, is_available
from .cases import CASES
from .issued import Believer
from .running import Running, Service
from .tokens import DAMAGES, Part, encoded, parts

CASE_NAMES = [name for name, case in CASES.items() if case["auth"] == "oauth2"]
MANY = 100
SECONDS_BETWEEN_QUESTIONS = 30

pytestmark = pytest.mark.skipif(not is_available(), reason="node or npm is not there")

Signer = Callable[[bytes], bytes]


def rs(key: rsa.RSAPrivateKey, bits: int = 256) -> Signer:
    """Sign with a private key."""
    algorithm = RSAAlgorithm(getattr(RSAAlgorithm, f"SHA{bits}"))
    return lambda body: algorithm.sign(body, key)


def hs(secret: bytes) -> Signer:
    """Sign with a secret, as if the service shared it."""
    return lambda body: HMACAlgorithm(HMACAlgorithm.SHA256).sign(body, secret)


def signed(header: Part, claims: Part, sign: Signer) -> str:
    body = ".".join(encoded(json.dumps(part).encode()) for part in (header, claims))
    return f"{body}.{encoded(sign(body.encode()))}"


def without(part: Part, *names: str) -> Part:
    return {name: value for name, value in part.items() if name not in names}


def forgeries(header: Part, claims: Part, key: rsa.RSAPrivateKey) -> dict[str, str]:
    """Return tokens with one defect each, signed with the key of the issuer where possible."""
    public = key.public_key()
    pem = public.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    weak = rsa.generate_private_key(public_exponent=65537, key_size=1024)
    their_key = json.loads(RSAAlgorithm.to_jwk(stranger.public_key()))
    now = time.time()

    def nothing(_: bytes) -> bytes:
        return b""

    made = {
        "no signature": (header | {"alg": "none"}, claims, nothing),
        "no signature, upper case": (header | {"alg": "NONE"}, claims, nothing),
        "the public key as a secret": (header | {"alg": "HS256"}, claims, hs(pem)),
        "an empty secret": (header | {"alg": "HS256"}, claims, hs(b"")),
        "another algorithm": (header | {"alg": "RS512"}, claims, rs(key, 512)),
        "another key with the same id": (header, claims, rs(stranger)),
        "a weak key with the same id": (header, claims, rs(weak)),
        "an unknown key id": (header | {"kid": "mine"}, claims, rs(stranger)),
        "an embedded key": (header | {"jwk": their_key}, claims, rs(stranger)),
        "a key URL": (header | {"jku": "http://127.0.0.1:9/"}, claims, rs(stranger)),
        "a list as key id": (header | {"kid": ["a"]}, claims, rs(key)),
        "an unknown critical header": (header | {"crit": ["x"], "x": 1}, claims, rs(key)),
        "another type": (header | {"typ": "logout+jwt"}, claims, rs(key)),
        "another issuer": (header, claims | {"iss": "https://elsewhere.example.com"}, rs(key)),
        "the issuer with a trailing slash": (
            header,
            claims | {"iss": f"{claims['iss']}/"},
            rs(key),
        ),
        "another audience": (header, claims | {"aud": "https://elsewhere.example.com"}, rs(key)),
        "no audience": (header, without(claims, "aud"), rs(key)),
        "no issuer": (header, without(claims, "iss"), rs(key)),
        "expired": (header, claims | {"exp": now - 60}, rs(key)),
        "no expiry": (header, without(claims, "exp"), rs(key)),
        "an expiry that is not a time": (header, claims | {"exp": "never"}, rs(key)),
        "not yet valid": (header, claims | {"nbf": now + 600}, rs(key)),
        "issued tomorrow": (header, claims | {"iat": now + 86_400}, rs(key)),
        "an empty subject": (header, claims | {"sub": ""}, rs(key)),
        "no subject": (header, without(claims, "sub"), rs(key)),
        "a subject that is a list": (header, claims | {"sub": [claims["sub"]]}, rs(key)),
        "a subject with a line break": (header, claims | {"sub": "ana\nbob"}, rs(key)),
        "bound to a key of its holder": (header, claims | {"cnf": {"jkt": "x"}}, rs(key)),
    }
    return {name: signed(*each) for name, each in made.items()}


def me(its: Running, token: str) -> httpx.Response:
    headers = {b"Authorization": f"Bearer {token}".encode("latin-1")}
    return its.client.get("/api/v1/me", headers=headers)


def private_key(issuer: Issuer) -> tuple[str, Any]:
    (jwk,) = issuer.keys
    return jwk["kid"], RSAAlgorithm.from_jwk(jwk)


def test_forged_access_token_returns_401(service: Service, believer: Believer) -> None:
    its, issuer = believer
    said = access_token_claims(service.answers["auth_provider"], "forged@example.com", "admin")
    token = issuer.access_token_for("forged", **said)
    header, claims = parts(token)
    key_id, key = private_key(issuer)
    assert header["kid"] == key_id
    assert me(its, signed(header, claims, rs(key))).status_code == 200, "the forger cannot"
    id_token = ID_TOKEN_CLAIMS[service.answers["auth_provider"]](claims)
    forged = forgeries(header, claims, key)
    forged |= {name: damage(token) for name, damage in DAMAGES.items()}
    forged["an ID token for the API"] = signed(header, id_token, rs(key))

    statuses = {name: me(its, each).status_code for name, each in forged.items()}

    assert {name: status for name, status in statuses.items() if status != 401} == {}
    assert me(its, token).status_code == 200
    assert "Traceback" not in its.log.read_text(encoding="utf-8")


def test_unknown_key_ids_do_not_flood_issuer_with_requests(
    service: Service, believer: Believer
) -> None:
    its, issuer = believer
    said = access_token_claims(service.answers["auth_provider"], "inventor@example.com")
    token = issuer.access_token_for("inventor", **said)
    assert me(its, token).status_code == 200
    header, claims = parts(token)
    _, key = private_key(issuer)
    before = issuer.request_count("/jwks")
    assert before, "the issuer logged no request for its keys"
    started = time.monotonic()

    for number in range(MANY):
        invented = signed(header | {"kid": f"invented-{number}"}, claims, rs(key))
        assert me(its, invented).status_code == 401

    pauses = (time.monotonic() - started) // SECONDS_BETWEEN_QUESTIONS
    assert issuer.request_count("/jwks") - before <= 1 + pauses
    assert me(its, token).status_code == 200
