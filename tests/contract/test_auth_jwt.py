"""Login, access tokens, and rotation and revocation of refresh tokens."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from .accounts import AUTH, login, register
from .api_clients import PASSWORD, ApiClient, new_email
from .assertions import assert_problem, assert_status, describe_exchange, json_body

pytestmark = pytest.mark.answers(auth="jwt")


@dataclass(frozen=True, slots=True)
class Account:
    """Registered user, with requests that handle this user's tokens."""

    http: httpx.Client
    id: str
    email: str

    def login(self) -> dict[str, Any]:
        tokens: dict[str, Any] = json_body(login(self.http, self.email, PASSWORD))
        return tokens

    def refresh(self, refresh_token: str) -> httpx.Response:
        return self.http.post(f"{AUTH}/refresh", json={"refresh_token": refresh_token})

    def logout(self, refresh_token: str) -> httpx.Response:
        return self.http.post(f"{AUTH}/logout", json={"refresh_token": refresh_token})

    def me(self, authorization: str) -> httpx.Response:
        return self.http.get("/api/v1/me", headers={"Authorization": authorization})


@pytest.fixture(scope="module")
def account(anonymous: httpx.Client, admin: ApiClient) -> Iterator[Account]:
    """User registered for these tests."""
    email = new_email()
    user = json_body(register(anonymous, email, PASSWORD), 201)
    yield Account(anonymous, user["id"], email)
    assert_status(admin.delete(f"/api/v1/users/{user['id']}"), 204, 404)


def _delete_user(admin: ApiClient, user: dict[str, Any]) -> None:
    assert_status(admin.delete(f"/api/v1/users/{user['id']}"), 204)


# --- Login ---------------------------------------------------------------------------------------


def test_login_returns_token_pair(account: Account) -> None:
    tokens = account.login()
    assert tokens.keys() >= {"access_token", "refresh_token", "token_type", "expires_in"}
    assert tokens["token_type"].lower() == "bearer"
    assert isinstance(tokens["expires_in"], int)
    assert tokens["expires_in"] > 0
    me = json_body(account.me(f"Bearer {tokens['access_token']}"))
    assert me.keys() == {"id", "email", "role"}
    assert (me["id"], me["email"]) == (account.id, account.email)


# --- Access tokens -------------------------------------------------------------------------------


def _encode_part(content: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


def _decode_part(part: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return content


def _forged_tokens(token: str) -> Iterator[tuple[str, str]]:
    header, payload, signature = token.split(".")
    yield "truncated", token[:-5]
    yield "without signature", f"{header}.{payload}."
    yield "two parts only", f"{header}.{payload}"
    middle = len(signature) // 2
    other = "A" if signature[middle] != "A" else "B"
    yield (
        "other signature",
        f"{header}.{payload}.{signature[:middle]}{other}{signature[middle + 1 :]}",
    )
    escalated = _decode_part(payload) | {"role": "admin", "exp": 4_102_444_800}
    yield "other payload", f"{header}.{_encode_part(escalated)}.{signature}"
    for none in ("none", "None", "NONE"):
        unsigned = f"{_encode_part(_decode_part(header) | {'alg': none})}.{payload}"
        yield f"alg={none}", f"{unsigned}."
        yield f"alg={none} with a signature", f"{unsigned}.{signature}"
    yield "empty object", f"{_encode_part({})}.{_encode_part({})}.{signature}"
    yield "not a token", "nonsense"
    yield "very long", "x" * 6_000
    yield "trailing text", f"{token} {token}"


def test_forged_access_token_returns_401(account: Account) -> None:
    token = account.login()["access_token"]
    assert_status(account.me(f"Bearer {token}"), 200)
    for reason, forged in _forged_tokens(token):
        response = account.me(f"Bearer {forged}")
        assert response.status_code == 401, f"{reason}: {describe_exchange(response)}"
        assert_problem(response, 401)


@pytest.mark.parametrize("authorization", ["", "Bearer", "Basic YTpi", "x", "Bearer \xff"])
def test_malformed_authorization_header_returns_401(
    anonymous: httpx.Client, authorization: str
) -> None:
    headers = {b"Authorization": authorization.encode("latin-1")}
    assert_problem(anonymous.get("/api/v1/me", headers=headers), 401)


def test_unauthenticated_request_returns_bearer_challenge(anonymous: httpx.Client) -> None:
    response = anonymous.get("/api/v1/me")
    assert_problem(response, 401)
    assert response.headers["WWW-Authenticate"].startswith("Bearer")


def test_swapped_access_and_refresh_tokens_return_401(account: Account) -> None:
    tokens = account.login()
    assert_problem(account.me(f"Bearer {tokens['refresh_token']}"), 401)
    assert_problem(account.refresh(tokens["access_token"]), 401)
    assert_status(account.refresh(tokens["refresh_token"]), 200)


# --- Refresh tokens ------------------------------------------------------------------------------


def test_refresh_returns_new_token_pair(account: Account) -> None:
    first = account.login()
    second = json_body(account.refresh(first["refresh_token"]))
    assert second.keys() == first.keys()
    assert second["refresh_token"] != first["refresh_token"]
    assert_status(account.me(f"Bearer {second['access_token']}"), 200)
    assert_status(account.refresh(second["refresh_token"]), 200)


def test_reused_refresh_token_revokes_token_family(account: Account) -> None:
    first = account.login()
    other = account.login()
    second = json_body(account.refresh(first["refresh_token"]))
    third = json_body(account.refresh(second["refresh_token"]))
    assert_problem(account.refresh(first["refresh_token"]), 401)
    assert_problem(account.refresh(third["refresh_token"]), 401)
    assert_status(account.refresh(other["refresh_token"]), 200)


@pytest.mark.parametrize("token", ["", "nonsense", "a.b.c", "x" * 5_000, "\0", "\N{KEY}"])
def test_malformed_refresh_token_returns_401_or_422(account: Account, token: str) -> None:
    assert_problem(account.refresh(token), 401, 422)


def test_logout_revokes_token_family(account: Account) -> None:
    first = account.login()
    other = account.login()
    second = json_body(account.refresh(first["refresh_token"]))
    response = assert_status(account.logout(second["refresh_token"]), 204)
    assert response.content == b""
    assert_problem(account.refresh(second["refresh_token"]), 401)
    assert_status(account.refresh(other["refresh_token"]), 200)


def test_logout_with_malformed_token_returns_204_or_problem(account: Account) -> None:
    response = account.logout("nonsense")
    if response.status_code != 204:
        assert_problem(response)


def test_deleted_user_gets_401_for_refresh_and_login(
    anonymous: httpx.Client, admin: ApiClient
) -> None:
    email = new_email()
    user = json_body(register(anonymous, email, PASSWORD), 201)
    account = Account(anonymous, user["id"], email)
    tokens = account.login()
    _delete_user(admin, user)
    assert_problem(account.refresh(tokens["refresh_token"]), 401)
    assert_problem(login(anonymous, email, PASSWORD), 401)
    assert_problem(account.me(f"Bearer {tokens['access_token']}"), 401)
