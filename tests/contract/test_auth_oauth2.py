"""Tokens of an issuer: who they make a user of, and what they say that somebody may do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import httpx
import pytest

from ..oidc import SAID, Issuer
from .answers import Answers
from .callers import Caller, new_email
from .checks import answered, body_of, problem

pytestmark = pytest.mark.answers(auth="oauth2")

ME = "/api/v1/me"
USERS = "/api/v1/users"


class People:
    """Signs people in at the issuer, and deletes in the end who came to the service."""

    def __init__(self, http: httpx.Client, admin: Caller, issuer: Issuer, provider: str) -> None:
        self._http = http
        self._admin = admin
        self._issuer = issuer
        self._said = SAID[provider]
        self._met: set[str] = set()

    def token(
        self, account: str, *, email: str | None = None, roles: list[str] | None = None, **more: Any
    ) -> dict[str, str]:
        """Sign an account in; returns the headers that prove it. The account is its email."""
        said = self._said(email or account, roles) | more
        return {"Authorization": f"Bearer {self._issuer.token_for(account, **said)}"}

    def me(self, headers: dict[str, str]) -> dict[str, Any]:
        """Return whom the service takes somebody for."""
        user: dict[str, Any] = body_of(self._http.get(ME, headers=headers))
        self._met.add(user["id"])
        return user

    def delete_all(self) -> None:
        """Delete whom the service has met."""
        for id_ in self._met:
            answered(self._admin.delete(f"{USERS}/{id_}"), 204, 404)


@pytest.fixture
def people(
    anonymous: httpx.Client, admin: Caller, issuer: Issuer, answers: Answers
) -> Iterator[People]:
    """People with accounts at the issuer."""
    made = People(anonymous, admin, issuer, answers.raw["auth_provider"])
    yield made
    made.delete_all()


@pytest.fixture
def newcomers_role(answers: Answers) -> str:
    """What somebody is whom nobody trusts with anything."""
    return "viewer" if answers.raw["authorization"] == "rbac" else "member"


def test_who_comes_first_becomes_a_user(people: People, admin: Caller, newcomers_role: str) -> None:
    email = new_email()
    headers = people.token(email)
    me = people.me(headers)
    assert UUID(me["id"]).version == 7
    assert (me["email"], me["role"]) == (email, newcomers_role)
    assert people.me(headers) == me
    # Another token of the same account is the same user.
    assert people.me(people.token(email)) == me
    assert body_of(admin.get(f"{USERS}/{me['id']}"))["email"] == email


def test_the_issuer_says_who_is_an_administrator(
    people: People, anonymous: httpx.Client, newcomers_role: str
) -> None:
    email = new_email()
    as_admin = people.token(email, roles=["admin", "something-else"])
    assert people.me(as_admin)["role"] == "admin"
    answered(anonymous.get(USERS, headers=as_admin), 200)
    # The next token takes it back.
    as_nobody = people.token(email, roles=["something-else", "ADMIN"])
    problem(anonymous.get(USERS, headers=as_nobody), 403)
    assert people.me(as_nobody)["role"] == newcomers_role
    assert people.me(people.token(email, roles=[]))["role"] == newcomers_role


@pytest.mark.answers(authorization="rbac")
@pytest.mark.parametrize(
    ("roles", "role"),
    [
        (["viewer"], "viewer"),
        (["editor"], "editor"),
        (["viewer", "editor"], "editor"),
        (["editor", "admin", "viewer"], "admin"),
        (["Editor"], "viewer"),
    ],
)
def test_the_highest_role_counts(people: People, roles: list[str], role: str) -> None:
    assert people.me(people.token(new_email(), roles=roles))["role"] == role


def test_what_the_issuer_says_counts_for_more_than_what_was_given_here(
    people: People, admin: Caller, newcomers_role: str
) -> None:
    email = new_email()
    silent, telling = people.token(email), people.token(email, roles=[newcomers_role])
    user = people.me(silent)
    body_of(admin.put(f"{USERS}/{user['id']}/role", json={"role": "admin"}))
    assert people.me(silent)["role"] == "admin"
    assert people.me(telling)["role"] == newcomers_role


def test_an_account_is_no_email(people: People) -> None:
    email = new_email()
    first = people.me(people.token(email))
    # Another account that claims the same email is not let in as the first.
    second = people.me(people.token(f"another-{email}", email=email))
    assert second["id"] != first["id"]
    assert second["email"] != email
    assert people.me(people.token(email)) == first


def test_an_administrator_by_email_is_one_account(people: People, admin: Caller) -> None:
    impostor = people.me(people.token(new_email(), email=admin.email))
    assert impostor["id"] != admin.id
    assert impostor["role"] != "admin"


def test_who_was_deleted_stays_out(people: People, admin: Caller, anonymous: httpx.Client) -> None:
    email = new_email()
    headers = people.token(email, roles=["admin"])
    user = people.me(headers)
    answered(admin.delete(f"{USERS}/{user['id']}"), 204)
    problem(anonymous.get(ME, headers=headers), 401)
    problem(anonymous.get(ME, headers=people.token(email, roles=["admin"])), 401)


def _twisted(token: str) -> Iterator[tuple[str, str]]:
    header, payload, signature = token.split(".")
    yield "truncated", token[:-5]
    yield "without signature", f"{header}.{payload}."
    yield "of two parts", f"{header}.{payload}"
    yield "without header", f".{payload}.{signature}"
    yield "other order", f"{payload}.{header}.{signature}"
    yield "more after it", f"{token} {token}"
    yield "no token", "nonsense"
    yield "very long", "x" * 6_000


def test_what_is_almost_a_token_proves_nothing(people: People, anonymous: httpx.Client) -> None:
    headers = people.token(new_email())
    people.me(headers)
    token = headers["Authorization"].partition(" ")[2]
    for why, twisted in _twisted(token):
        response = anonymous.get(ME, headers={"Authorization": f"Bearer {twisted}"})
        assert response.status_code == 401, why
        problem(response, 401)
        assert response.headers["WWW-Authenticate"].startswith("Bearer")
    for elsewhere in ({"X-API-Key": token}, {"Cookie": f"__Host-session={token}"}):
        problem(anonymous.get(ME, headers=elsewhere), 401)
    problem(anonymous.get(ME, params={"access_token": token}), 401)


def test_an_id_token_opens_nothing(
    people: People, anonymous: httpx.Client, issuer: Issuer, answers: Answers
) -> None:
    said = SAID[answers.raw["auth_provider"]](new_email(), ["admin"])
    tokens = issuer.tokens_for(new_email(), **said)
    headers = {"Authorization": f"Bearer {tokens['id_token']}"}
    problem(anonymous.get(ME, headers=headers), 401)
    people.me({"Authorization": f"Bearer {tokens['access_token']}"})


def test_the_service_gives_out_no_logins(anonymous: httpx.Client) -> None:
    body = {"email": new_email(), "password": "a long enough password"}
    for name in ("register", "login", "refresh", "logout"):
        problem(anonymous.post(f"/api/v1/auth/{name}", json=body), 404)
