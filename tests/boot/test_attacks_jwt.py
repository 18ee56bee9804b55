"""Forged, stolen and revoked access tokens: a running service rejects them."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import json
import time
import uuid
from collections.abc import Callable, Iterator

import httpx
import pytest

from .cases import first
from .running import ADMIN_PASSWORD, Running, Service, running
from .tokens import DAMAGES, Part, encoded, parts

CASE_NAMES = ["defaults", first(auth="jwt", database="postgresql")]
EMAIL = "attacked@example.com"
SECRET = "only for the tests, and longer than any of the algorithms needs it to be, HS512 too"
OTHER_SECRET = "another one for the tests, and longer than any of the algorithms needs it to be"
HASHES = {"HS256": hashlib.sha256, "HS384": hashlib.sha384, "HS512": hashlib.sha512}


def signed(header: Part, claims: Part, secret: str = SECRET) -> str:
    """Sign a token with the algorithm in its header; an unknown algorithm gives no signature."""
    body = ".".join(encoded(json.dumps(part).encode()) for part in (header, claims))
    algorithm = HASHES.get(str(header.get("alg")))
    signature = hmac.new(secret.encode(), body.encode(), algorithm).digest() if algorithm else b""
    return f"{body}.{encoded(signature)}"


Forgery = Callable[[Part, Part], str]

FORGERIES: dict[str, Forgery] = {
    "no signature": lambda header, claims: signed(header | {"alg": "none"}, claims),
    "no signature, upper case": lambda header, claims: signed(header | {"alg": "NONE"}, claims),
    "HS384": lambda header, claims: signed(header | {"alg": "HS384"}, claims),
    "HS512": lambda header, claims: signed(header | {"alg": "HS512"}, claims),
    "RS256": lambda header, claims: signed(header | {"alg": "RS256"}, claims),
    "no algorithm": lambda header, claims: signed(
        {name: value for name, value in header.items() if name != "alg"}, claims
    ),
    "another key": lambda header, claims: signed(header, claims, OTHER_SECRET),
    "an empty key": lambda header, claims: signed(header, claims, ""),
    "the key id as key": lambda header, claims: signed(header, claims, header["kid"]),
    "no key id": lambda header, claims: signed(header | {"kid": None}, claims),
    "a path as key id": lambda header, claims: signed(
        header | {"kid": "../../../dev/null"}, claims, ""
    ),
    "SQL as key id": lambda header, claims: signed(
        header | {"kid": "' UNION SELECT 'x' --"}, claims, "x"
    ),
    "a list as key id": lambda header, claims: signed(header | {"kid": ["a"]}, claims),
    "an embedded key": lambda header, claims: signed(
        header | {"jwk": {"kty": "oct", "k": encoded(OTHER_SECRET.encode())}}, claims, OTHER_SECRET
    ),
    "an unknown critical header": lambda header, claims: signed(
        header | {"crit": ["exp2"], "exp2": 1}, claims
    ),
    "another audience": lambda header, claims: signed(header, claims | {"aud": "elsewhere"}),
    "another issuer": lambda header, claims: signed(header, claims | {"iss": "elsewhere"}),
    "expired": lambda header, claims: signed(header, claims | {"exp": time.time() - 60}),
    "not yet valid": lambda header, claims: signed(header, claims | {"nbf": time.time() + 600}),
    "issued tomorrow": lambda header, claims: signed(header, claims | {"iat": time.time() + 600}),
    "no expiry": lambda header, claims: signed(
        header, {name: value for name, value in claims.items() if name != "exp"}
    ),
    "an expiry that is not a time": lambda header, claims: signed(
        header, claims | {"exp": "never"}
    ),
    "another user": lambda header, claims: signed(header, claims | {"sub": str(uuid.uuid4())}),
    "another session": lambda header, claims: signed(header, claims | {"sid": str(uuid.uuid4())}),
    "no user": lambda header, claims: signed(header, claims | {"sub": ""}),
    "a user that is a list": lambda header, claims: signed(
        header, claims | {"sub": [claims["sub"]]}
    ),
    "claims that are a list": lambda header, _: signed(header, [1]),  # type: ignore[arg-type]
}


def me(its: Running, token: str) -> httpx.Response:
    headers = {b"Authorization": f"Bearer {token}".encode("latin-1")}
    return its.client.get("/api/v1/me", headers=headers)


def log_in(its: Running) -> dict[str, str]:
    body = {"email": EMAIL, "password": ADMIN_PASSWORD}
    pair: dict[str, str] = (
        its.client.post("/api/v1/auth/login", json=body).raise_for_status().json()
    )
    return pair


@pytest.fixture
def secure(service: Service) -> Service:
    service.app("create-admin", "--email", EMAIL, "--password", ADMIN_PASSWORD)
    return service


@pytest.fixture
def its(secure: Service) -> Iterator[Running]:
    with running(secure, APP_SECRET_KEY=SECRET, APP_RATE_LIMIT="1000000/second") as its:
        yield its


def test_forged_access_token_returns_401(its: Running) -> None:
    token = log_in(its)["access_token"]
    header, claims = parts(token)
    assert me(its, signed(header, claims)).status_code == 200, "the forger cannot forge"
    forged = {name: forge(header, claims) for name, forge in FORGERIES.items()}
    forged |= {name: damage(token) for name, damage in DAMAGES.items()}

    statuses = {name: me(its, each).status_code for name, each in forged.items()}

    assert {name: status for name, status in statuses.items() if status != 401} == {}
    assert me(its, token).status_code == 200
    assert "Traceback" not in its.log.read_text(encoding="utf-8")
    assert SECRET not in its.log.read_text(encoding="utf-8")


def test_logout_revokes_access_token_immediately(its: Running) -> None:
    here, there = log_in(its), log_in(its)
    assert me(its, here["access_token"]).status_code == 200

    body = {"refresh_token": here["refresh_token"]}
    assert its.client.post("/api/v1/auth/logout", json=body).status_code == 204

    assert me(its, here["access_token"]).status_code == 401
    assert me(its, there["access_token"]).status_code == 200


def test_reused_refresh_token_revokes_token_family_immediately(its: Running) -> None:
    stolen = log_in(its)
    body = {"refresh_token": stolen["refresh_token"]}
    fresh = its.client.post("/api/v1/auth/refresh", json=body).raise_for_status().json()
    assert me(its, fresh["access_token"]).status_code == 200

    assert its.client.post("/api/v1/auth/refresh", json=body).status_code == 401

    for token in (stolen["access_token"], fresh["access_token"]):
        assert me(its, token).status_code == 401


def test_token_signed_with_previous_key_is_accepted_until_its_end(secure: Service) -> None:
    unlimited = {"APP_RATE_LIMIT": "1000000/second"}
    with running(secure, APP_SECRET_KEY=OTHER_SECRET, **unlimited) as its:
        old = log_in(its)["access_token"]
    now = dt.datetime.now(dt.UTC)
    for until, status in ((now + dt.timedelta(hours=1), 200), (now - dt.timedelta(hours=1), 401)):
        retired = {
            "APP_PREVIOUS_SECRET_KEY": OTHER_SECRET,
            "APP_PREVIOUS_SECRET_KEY_UNTIL": until.isoformat(),
        }
        with running(secure, APP_SECRET_KEY=SECRET, **retired, **unlimited) as its:
            assert me(its, old).status_code == status
            new = log_in(its)["access_token"]
            assert parts(new)[0]["kid"] != parts(old)[0]["kid"]
            assert me(its, new).status_code == 200
