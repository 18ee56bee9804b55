"""Access tokens of an OpenID Connect issuer: user provisioning and role claims."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import httpx
import pytest

from ..oidc import PROVIDER_CLAIMS, Issuer
from .answers import Answers
from .api_clients import ApiClient, new_email
from .assertions import assert_problem, assert_status, json_body

pytestmark = pytest.mark.answers(auth="oauth2")

ME = "/api/v1/me"
USERS = "/api/v1/users"


class IssuerAccounts:
    """Accounts at the issuer; the users provisioned for them are deleted after the test."""

    def __init__(self, http: httpx.Client, admin: ApiClient, issuer: Issuer, provider: str) -> None:
        self._http = http
        self._admin = admin
        self._issuer = issuer
        self._claims_for = PROVIDER_CLAIMS[provider]
        self._user_ids: set[str] = set()

    def sign_in(
        self, account: str, *, email: str | None = None, roles: list[str] | None = None, **more: Any
    ) -> dict[str, str]:
        """Sign in to an account and return the headers; the email defaults to the account name."""
        claims = self._claims_for(email or account, roles) | more
        return {"Authorization": f"Bearer {self._issuer.access_token_for(account, **claims)}"}

    def current_user(self, headers: dict[str, str]) -> dict[str, Any]:
        """Return the user that the service provisioned for the token."""
        user: dict[str, Any] = json_body(self._http.get(ME, headers=headers))
        self._user_ids.add(user["id"])
        return user

    def delete_all(self) -> None:
        """Delete the provisioned users."""
        for id_ in self._user_ids:
            assert_status(self._admin.delete(f"{USERS}/{id_}"), 204, 404)


@pytest.fixture
def issuer_accounts(
    anonymous: httpx.Client, admin: ApiClient, issuer: Issuer, answers: Answers
) -> Iterator[IssuerAccounts]:
    """Accounts at the issuer for one test."""
    accounts = IssuerAccounts(anonymous, admin, issuer, answers.raw["auth_provider"])
    yield accounts
    accounts.delete_all()


@pytest.fixture
def default_role(answers: Answers) -> str:
    """Role of a user without role claim or assignment."""
    return "viewer" if answers.raw["authorization"] == "rbac" else "member"


def test_first_request_provisions_user_with_default_role(
    issuer_accounts: IssuerAccounts, admin: ApiClient, default_role: str
) -> None:
    email = new_email()
    headers = issuer_accounts.sign_in(email)
    me = issuer_accounts.current_user(headers)
    assert UUID(me["id"]).version == 7
    assert (me["email"], me["role"]) == (email, default_role)
    assert issuer_accounts.current_user(headers) == me
    # Another token of the same account belongs to the same user.
    assert issuer_accounts.current_user(issuer_accounts.sign_in(email)) == me
    assert json_body(admin.get(f"{USERS}/{me['id']}"))["email"] == email


def test_admin_role_claim_grants_admin_until_next_token(
    issuer_accounts: IssuerAccounts, anonymous: httpx.Client, default_role: str
) -> None:
    email = new_email()
    as_admin = issuer_accounts.sign_in(email, roles=["admin", "something-else"])
    assert issuer_accounts.current_user(as_admin)["role"] == "admin"
    assert_status(anonymous.get(USERS, headers=as_admin), 200)
    # The next token revokes the role.
    without_role = issuer_accounts.sign_in(email, roles=["something-else", "ADMIN"])
    assert_problem(anonymous.get(USERS, headers=without_role), 403)
    assert issuer_accounts.current_user(without_role)["role"] == default_role
    assert (
        issuer_accounts.current_user(issuer_accounts.sign_in(email, roles=[]))["role"]
        == default_role
    )


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
def test_several_role_claims_give_highest_role(
    issuer_accounts: IssuerAccounts, roles: list[str], role: str
) -> None:
    assert (
        issuer_accounts.current_user(issuer_accounts.sign_in(new_email(), roles=roles))["role"]
        == role
    )


def test_role_claim_overrides_assigned_role(
    issuer_accounts: IssuerAccounts, admin: ApiClient, default_role: str
) -> None:
    email = new_email()
    without_roles, with_roles = (
        issuer_accounts.sign_in(email),
        issuer_accounts.sign_in(email, roles=[default_role]),
    )
    user = issuer_accounts.current_user(without_roles)
    json_body(admin.put(f"{USERS}/{user['id']}/role", json={"role": "admin"}))
    assert issuer_accounts.current_user(without_roles)["role"] == "admin"
    assert issuer_accounts.current_user(with_roles)["role"] == default_role


def test_second_account_with_same_email_becomes_another_user(
    issuer_accounts: IssuerAccounts,
) -> None:
    email = new_email()
    first = issuer_accounts.current_user(issuer_accounts.sign_in(email))
    # An account is identified by its subject, since any account may claim the same email.
    second = issuer_accounts.current_user(issuer_accounts.sign_in(f"another-{email}", email=email))
    assert second["id"] != first["id"]
    assert second["email"] != email
    assert issuer_accounts.current_user(issuer_accounts.sign_in(email)) == first


def test_other_account_with_admin_email_is_not_admin(
    issuer_accounts: IssuerAccounts, admin: ApiClient
) -> None:
    impostor = issuer_accounts.current_user(issuer_accounts.sign_in(new_email(), email=admin.email))
    assert impostor["id"] != admin.id
    assert impostor["role"] != "admin"


def test_deleted_user_with_valid_token_returns_401(
    issuer_accounts: IssuerAccounts, admin: ApiClient, anonymous: httpx.Client
) -> None:
    email = new_email()
    headers = issuer_accounts.sign_in(email, roles=["admin"])
    user = issuer_accounts.current_user(headers)
    assert_status(admin.delete(f"{USERS}/{user['id']}"), 204)
    assert_problem(anonymous.get(ME, headers=headers), 401)
    assert_problem(anonymous.get(ME, headers=issuer_accounts.sign_in(email, roles=["admin"])), 401)


def _malformed_tokens(token: str) -> Iterator[tuple[str, str]]:
    header, payload, signature = token.split(".")
    yield "truncated", token[:-5]
    yield "without signature", f"{header}.{payload}."
    yield "two parts only", f"{header}.{payload}"
    yield "without header", f".{payload}.{signature}"
    yield "parts in another order", f"{payload}.{header}.{signature}"
    yield "trailing text", f"{token} {token}"
    yield "not a token", "nonsense"
    yield "very long", "x" * 6_000


def test_malformed_or_misplaced_token_returns_401(
    issuer_accounts: IssuerAccounts, anonymous: httpx.Client
) -> None:
    headers = issuer_accounts.sign_in(new_email())
    issuer_accounts.current_user(headers)
    token = headers["Authorization"].partition(" ")[2]
    for reason, malformed in _malformed_tokens(token):
        response = anonymous.get(ME, headers={"Authorization": f"Bearer {malformed}"})
        assert response.status_code == 401, reason
        assert_problem(response, 401)
        assert response.headers["WWW-Authenticate"].startswith("Bearer")
    for misplaced in ({"X-API-Key": token}, {"Cookie": f"__Host-session={token}"}):
        assert_problem(anonymous.get(ME, headers=misplaced), 401)
    assert_problem(anonymous.get(ME, params={"access_token": token}), 401)


def test_id_token_returns_401(
    issuer_accounts: IssuerAccounts, anonymous: httpx.Client, issuer: Issuer, answers: Answers
) -> None:
    claims = PROVIDER_CLAIMS[answers.raw["auth_provider"]](new_email(), ["admin"])
    tokens = issuer.sign_in(new_email(), **claims)
    headers = {"Authorization": f"Bearer {tokens['id_token']}"}
    assert_problem(anonymous.get(ME, headers=headers), 401)
    issuer_accounts.current_user({"Authorization": f"Bearer {tokens['access_token']}"})


def test_login_endpoints_return_404(anonymous: httpx.Client) -> None:
    body = {"email": new_email(), "password": "a long enough password"}
    for name in ("register", "login", "refresh", "logout"):
        assert_problem(anonymous.post(f"/api/v1/auth/{name}", json=body), 404)
