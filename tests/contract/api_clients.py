"""Authenticated API clients for each role.

Code that depends on the answer `auth` is limited to this module and the test module of that answer.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import httpx

from ..oidc import PROVIDER_CLAIMS, Issuer
from .assertions import json_body

PASSWORD = "a long enough password"
COOKIE = "__Host-session"
CSRF_HEADER = "X-CSRF-Token"

AuthHeaders = Callable[[], dict[str, str]]


@dataclass(frozen=True, slots=True)
class ApiClient:
    """HTTP client that authenticates as one user with the headers that `headers` returns."""

    http: httpx.Client
    id: str
    email: str
    headers: AuthHeaders

    def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Send a request as this user."""
        headers = self.headers() | dict(options.pop("headers", None) or {})
        return self.http.request(method, path, headers=headers, **options)

    def get(self, path: str, **options: Any) -> httpx.Response:
        """Send a GET as this user."""
        return self.request("GET", path, **options)

    def post(self, path: str, **options: Any) -> httpx.Response:
        """Send a POST as this user."""
        return self.request("POST", path, **options)

    def put(self, path: str, **options: Any) -> httpx.Response:
        """Send a PUT as this user."""
        return self.request("PUT", path, **options)

    def delete(self, path: str, **options: Any) -> httpx.Response:
        """Send a DELETE as this user."""
        return self.request("DELETE", path, **options)


class LogIn(Protocol):
    """Login with email and password that returns the headers for authenticated requests."""

    def __call__(self, email: str, password: str = PASSWORD) -> dict[str, str]: ...


class ApiClientFactory(Protocol):
    """Factory of API clients, one implementation for each answer to `auth`."""

    def admin(self) -> ApiClient:
        """Return the client of the administrator given on the command line."""

    def create(self, role: str) -> ApiClient:
        """Create a user with a role and return the client that authenticates as this user."""


def new_email() -> str:
    """Return an email address that is not registered yet."""
    return f"contract-{secrets.token_hex(8)}@example.com"


# Permissions that stand for each role of the tests under `authorization: permissions`.
ROLE_PERMISSIONS = {"viewer": ["*:read"], "editor": ["*:read", "*:write"]}


def grant_role(admin: ApiClient, user: dict[str, Any], role: str, authorization: str) -> None:
    """Give a user the rights of `role` in the terms of the answer `authorization`."""
    path = f"/api/v1/users/{user['id']}"
    wanted = role if authorization == "rbac" or role == "admin" else "member"
    if wanted != user["role"]:
        json_body(admin.put(f"{path}/role", json={"role": wanted}))
    if authorization == "permissions" and role in ROLE_PERMISSIONS:
        json_body(admin.put(f"{path}/permissions", json={"permissions": ROLE_PERMISSIONS[role]}))


class PasswordClientFactory:
    """Factory that registers users and logs in with email and password."""

    login: Callable[[httpx.Client, str, str], AuthHeaders]

    def __init__(
        self, http: httpx.Client, admin_email: str, admin_password: str, authorization: str
    ) -> None:
        self._http = http
        self._authorization = authorization
        self._admin = self._logged_in(admin_email, admin_password)

    def admin(self) -> ApiClient:
        return self._admin

    def create(self, role: str) -> ApiClient:
        email = new_email()
        credentials = {"email": email, "password": PASSWORD}
        user = json_body(self._http.post("/api/v1/auth/register", json=credentials), 201)
        grant_role(self._admin, user, role, self._authorization)
        return self._logged_in(email, PASSWORD)

    def _logged_in(self, email: str, password: str) -> ApiClient:
        headers = type(self).login(self._http, email, password)
        me = json_body(self._http.get("/api/v1/me", headers=headers()))
        return ApiClient(self._http, me["id"], email, headers)


class _BearerHeaders:
    """Bearer token that is renewed by another login after half of its lifetime."""

    def __init__(self, http: httpx.Client, email: str, password: str) -> None:
        self._http = http
        self._credentials = {"email": email, "password": password}
        self._headers: dict[str, str] = {}
        self._stale_at = 0.0

    def __call__(self) -> dict[str, str]:
        if time.monotonic() >= self._stale_at:
            tokens = json_body(self._http.post("/api/v1/auth/login", json=self._credentials))
            self._headers = {"Authorization": f"Bearer {tokens['access_token']}"}
            self._stale_at = time.monotonic() + tokens["expires_in"] / 2
        return dict(self._headers)


class BearerClientFactory(PasswordClientFactory):
    """Clients for `auth: jwt`, which send an access token."""

    login = _BearerHeaders


class _SessionHeaders:
    """Session cookie set by hand, since httpx does not send a Secure cookie without TLS."""

    def __init__(self, http: httpx.Client, email: str, password: str) -> None:
        credentials = {"email": email, "password": password}
        response = http.post("/api/v1/auth/login", json=credentials)
        self._csrf_token = json_body(response)["csrf_token"]
        self._secret = response.cookies[COOKIE]
        http.cookies.clear()

    def __call__(self) -> dict[str, str]:
        return {"Cookie": f"{COOKIE}={self._secret}", CSRF_HEADER: self._csrf_token}


class SessionClientFactory(PasswordClientFactory):
    """Clients for `auth: session`, which send the session cookie and the CSRF token."""

    login = _SessionHeaders


class ApiKeyClientFactory:
    """Clients for `auth: api_key`; the administrator creates the keys of all other users."""

    def __init__(
        self, http: httpx.Client, admin_email: str, admin_key: str, authorization: str
    ) -> None:
        self._http = http
        self._authorization = authorization
        self._admin = self._with_key(admin_key, admin_email)

    def admin(self) -> ApiClient:
        return self._admin

    def create(self, role: str) -> ApiClient:
        email = new_email()
        user = json_body(self._admin.post("/api/v1/users", json={"email": email}), 201)
        grant_role(self._admin, user, role, self._authorization)
        body = {"user_id": user["id"], "name": "contract"}
        return self._with_key(
            json_body(self._admin.post("/api/v1/api-keys", json=body), 201)["key"], email
        )

    def _with_key(self, key: str, email: str) -> ApiClient:
        me = json_body(self._http.get("/api/v1/me", headers={"X-API-Key": key}))
        return ApiClient(self._http, me["id"], email, lambda: {"X-API-Key": key})


class OidcClientFactory:
    """Clients for `auth: oauth2`, which send an access token of the issuer.

    The tokens carry no roles, so the administrator of the service assigns them.
    """

    def __init__(
        self, http: httpx.Client, admin_email: str, issuer: Issuer, answers: Mapping[str, Any]
    ) -> None:
        self._http = http
        self._issuer = issuer
        self._claims_for = PROVIDER_CLAIMS[answers["auth_provider"]]
        self._authorization = answers["authorization"]
        self._admin = self._signed_in(admin_email)

    def admin(self) -> ApiClient:
        return self._admin

    def create(self, role: str) -> ApiClient:
        client = self._signed_in(new_email())
        user = json_body(self._admin.get(f"/api/v1/users/{client.id}"))
        grant_role(self._admin, user, role, self._authorization)
        return client

    def _signed_in(self, email: str) -> ApiClient:
        token = self._issuer.access_token_for(email, **self._claims_for(email, None))
        headers = {"Authorization": f"Bearer {token}"}
        me = json_body(self._http.get("/api/v1/me", headers=headers))
        return ApiClient(self._http, me["id"], email, lambda: dict(headers))


# By the answer `auth`, for the methods whose credentials the service itself issues.
CLIENT_FACTORIES: dict[str, Callable[[httpx.Client, str, str, str], ApiClientFactory]] = {
    "jwt": BearerClientFactory,
    "session": SessionClientFactory,
    "api_key": ApiKeyClientFactory,
}
