"""Registering, logging in, and tokens that are renewed and revoked."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from .accounts import AUTH, login, register
from .callers import PASSWORD, Caller, new_email
from .checks import answered, body_of, problem, told

pytestmark = pytest.mark.answers(auth="jwt")


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody registered, and how to act as them by hand."""

    http: httpx.Client
    id: str
    email: str

    def login(self) -> dict[str, Any]:
        tokens: dict[str, Any] = body_of(login(self.http, self.email, PASSWORD))
        return tokens

    def refresh(self, refresh_token: str) -> httpx.Response:
        return self.http.post(f"{AUTH}/refresh", json={"refresh_token": refresh_token})

    def logout(self, refresh_token: str) -> httpx.Response:
        return self.http.post(f"{AUTH}/logout", json={"refresh_token": refresh_token})

    def me(self, authorization: str) -> httpx.Response:
        return self.http.get("/api/v1/me", headers={"Authorization": authorization})


@pytest.fixture(scope="module")
def account(anonymous: httpx.Client, admin: Caller) -> Iterator[Account]:
    """Somebody registered for these tests."""
    email = new_email()
    user = body_of(register(anonymous, email, PASSWORD), 201)
    yield Account(anonymous, user["id"], email)
    answered(admin.delete(f"/api/v1/users/{user['id']}"), 204, 404)


def _forget(admin: Caller, user: dict[str, Any]) -> None:
    answered(admin.delete(f"/api/v1/users/{user['id']}"), 204)


# --- Logging in ----------------------------------------------------------------------------------


def testlogin(account: Account) -> None:
    tokens = account.login()
    assert tokens.keys() >= {"access_token", "refresh_token", "token_type", "expires_in"}
    assert tokens["token_type"].lower() == "bearer"
    assert isinstance(tokens["expires_in"], int)
    assert tokens["expires_in"] > 0
    me = body_of(account.me(f"Bearer {tokens['access_token']}"))
    assert me.keys() == {"id", "email", "role"}
    assert (me["id"], me["email"]) == (account.id, account.email)


# --- Access tokens -------------------------------------------------------------------------------


def _part(content: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


def _content(part: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return content


def _forged(token: str) -> Iterator[tuple[str, str]]:
    header, payload, signature = token.split(".")
    yield "truncated", token[:-5]
    yield "without signature", f"{header}.{payload}."
    yield "of two parts", f"{header}.{payload}"
    middle = len(signature) // 2
    other = "A" if signature[middle] != "A" else "B"
    yield (
        "other signature",
        f"{header}.{payload}.{signature[:middle]}{other}{signature[middle + 1 :]}",
    )
    raised = _content(payload) | {"role": "admin", "exp": 4_102_444_800}
    yield "other payload", f"{header}.{_part(raised)}.{signature}"
    for none in ("none", "None", "NONE"):
        unsigned = f"{_part(_content(header) | {'alg': none})}.{payload}"
        yield f"alg={none}", f"{unsigned}."
        yield f"alg={none} with a signature", f"{unsigned}.{signature}"
    yield "empty object", f"{_part({})}.{_part({})}.{signature}"
    yield "no token", "nonsense"
    yield "very long", "x" * 6_000
    yield "more after it", f"{token} {token}"


def test_a_forged_token_proves_nothing(account: Account) -> None:
    token = account.login()["access_token"]
    answered(account.me(f"Bearer {token}"), 200)
    for why, forged in _forged(token):
        response = account.me(f"Bearer {forged}")
        assert response.status_code == 401, f"{why}: {told(response)}"
        problem(response, 401)


@pytest.mark.parametrize("authorization", ["", "Bearer", "Basic YTpi", "x", "Bearer \xff"])
def test_a_strange_authorization_header_proves_nothing(
    anonymous: httpx.Client, authorization: str
) -> None:
    headers = {b"Authorization": authorization.encode("latin-1")}
    problem(anonymous.get("/api/v1/me", headers=headers), 401)


def test_a_401_says_how_to_authenticate(anonymous: httpx.Client) -> None:
    response = anonymous.get("/api/v1/me")
    problem(response, 401)
    assert response.headers["WWW-Authenticate"].startswith("Bearer")


def test_one_token_does_not_stand_in_for_the_other(account: Account) -> None:
    tokens = account.login()
    problem(account.me(f"Bearer {tokens['refresh_token']}"), 401)
    problem(account.refresh(tokens["access_token"]), 401)
    answered(account.refresh(tokens["refresh_token"]), 200)


# --- Refresh tokens ------------------------------------------------------------------------------


def test_refresh_gives_a_new_pair(account: Account) -> None:
    first = account.login()
    second = body_of(account.refresh(first["refresh_token"]))
    assert second.keys() == first.keys()
    assert second["refresh_token"] != first["refresh_token"]
    answered(account.me(f"Bearer {second['access_token']}"), 200)
    answered(account.refresh(second["refresh_token"]), 200)


def test_a_refresh_token_used_twice_revokes_its_family(account: Account) -> None:
    first = account.login()
    other = account.login()
    second = body_of(account.refresh(first["refresh_token"]))
    third = body_of(account.refresh(second["refresh_token"]))
    problem(account.refresh(first["refresh_token"]), 401)
    problem(account.refresh(third["refresh_token"]), 401)
    answered(account.refresh(other["refresh_token"]), 200)


@pytest.mark.parametrize("token", ["", "nonsense", "a.b.c", "x" * 5_000, "\0", "\N{KEY}"])
def test_no_refresh_token(account: Account, token: str) -> None:
    problem(account.refresh(token), 401, 422)


def test_logout_ends_the_family(account: Account) -> None:
    first = account.login()
    other = account.login()
    second = body_of(account.refresh(first["refresh_token"]))
    response = answered(account.logout(second["refresh_token"]), 204)
    assert response.content == b""
    problem(account.refresh(second["refresh_token"]), 401)
    answered(account.refresh(other["refresh_token"]), 200)


def test_logout_of_what_is_no_token_fails_quietly(account: Account) -> None:
    response = account.logout("nonsense")
    if response.status_code != 204:
        problem(response)


def test_who_is_deleted_neither_refreshes_nor_logs_in(
    anonymous: httpx.Client, admin: Caller
) -> None:
    email = new_email()
    user = body_of(register(anonymous, email, PASSWORD), 201)
    account = Account(anonymous, user["id"], email)
    tokens = account.login()
    _forget(admin, user)
    problem(account.refresh(tokens["refresh_token"]), 401)
    problem(login(anonymous, email, PASSWORD), 401)
    problem(account.me(f"Bearer {tokens['access_token']}"), 401)
