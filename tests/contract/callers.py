"""Who asks: people with a role, and how they prove who they are.

What depends on the answer `auth` stands here and in its own test module, nowhere else.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import httpx

from ..oidc import SAID, Issuer
from .checks import body_of

PASSWORD = "a long enough password"
COOKIE = "__Host-session"
CSRF_HEADER = "X-CSRF-Token"

Headers = Callable[[], dict[str, str]]


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody whose requests carry their proof of identity; `headers` gives it."""

    http: httpx.Client
    id: str
    email: str
    headers: Headers

    def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Send a request as this caller."""
        headers = self.headers() | dict(options.pop("headers", None) or {})
        return self.http.request(method, path, headers=headers, **options)

    def get(self, path: str, **options: Any) -> httpx.Response:
        """Send a GET as this caller."""
        return self.request("GET", path, **options)

    def post(self, path: str, **options: Any) -> httpx.Response:
        """Send a POST as this caller."""
        return self.request("POST", path, **options)

    def put(self, path: str, **options: Any) -> httpx.Response:
        """Send a PUT as this caller."""
        return self.request("PUT", path, **options)

    def delete(self, path: str, **options: Any) -> httpx.Response:
        """Send a DELETE as this caller."""
        return self.request("DELETE", path, **options)


class LogIn(Protocol):
    """Logs somebody in with email and password; returns the headers that prove it."""

    def __call__(self, email: str, password: str = PASSWORD) -> dict[str, str]: ...


class Identities(Protocol):
    """Makes callers."""

    def admin(self) -> Caller:
        """Return the administrator that the tests were given."""

    def new(self, role: str) -> Caller:
        """Return somebody new who has a role."""


def new_email() -> str:
    """Return an address that nobody has registered yet."""
    return f"contract-{secrets.token_hex(8)}@example.com"


# What each role of these tests is granted where rights are granted one by one.
PERMISSIONS = {"viewer": ["*:read"], "editor": ["*:read", "*:write"]}


def empower(admin: Caller, user: dict[str, Any], role: str, authorization: str) -> None:
    """Let somebody do what `role` may, as far as the answer `authorization` knows roles."""
    path = f"/api/v1/users/{user['id']}"
    wanted = role if authorization == "rbac" or role == "admin" else "member"
    if wanted != user["role"]:
        body_of(admin.put(f"{path}/role", json={"role": wanted}))
    if authorization == "permissions" and role in PERMISSIONS:
        body_of(admin.put(f"{path}/permissions", json={"permissions": PERMISSIONS[role]}))


class Passwords:
    """Register, log in with email and password, and send what `login` makes of them."""

    login: Callable[[httpx.Client, str, str], Headers]

    def __init__(
        self, http: httpx.Client, admin_email: str, admin_password: str, authorization: str
    ) -> None:
        self._http = http
        self._authorization = authorization
        self._admin = self._logged_in(admin_email, admin_password)

    def admin(self) -> Caller:
        return self._admin

    def new(self, role: str) -> Caller:
        email = new_email()
        credentials = {"email": email, "password": PASSWORD}
        user = body_of(self._http.post("/api/v1/auth/register", json=credentials), 201)
        empower(self._admin, user, role, self._authorization)
        return self._logged_in(email, PASSWORD)

    def _logged_in(self, email: str, password: str) -> Caller:
        headers = type(self).login(self._http, email, password)
        me = body_of(self._http.get("/api/v1/me", headers=headers()))
        return Caller(self._http, me["id"], email, headers)


class _FreshToken:
    """Logs in again when the access token is halfway to its end."""

    def __init__(self, http: httpx.Client, email: str, password: str) -> None:
        self._http = http
        self._credentials = {"email": email, "password": password}
        self._headers: dict[str, str] = {}
        self._stale_at = 0.0

    def __call__(self) -> dict[str, str]:
        if time.monotonic() >= self._stale_at:
            tokens = body_of(self._http.post("/api/v1/auth/login", json=self._credentials))
            self._headers = {"Authorization": f"Bearer {tokens['access_token']}"}
            self._stale_at = time.monotonic() + tokens["expires_in"] / 2
        return dict(self._headers)


class BearerTokens(Passwords):
    """`auth: jwt`: send the access token."""

    login = _FreshToken


class _Session:
    """Logs in once; the cookie goes by hand, since a Secure one is not sent without TLS."""

    def __init__(self, http: httpx.Client, email: str, password: str) -> None:
        credentials = {"email": email, "password": password}
        response = http.post("/api/v1/auth/login", json=credentials)
        self._csrf_token = body_of(response)["csrf_token"]
        self._secret = response.cookies[COOKIE]
        http.cookies.clear()

    def __call__(self) -> dict[str, str]:
        return {"Cookie": f"{COOKIE}={self._secret}", CSRF_HEADER: self._csrf_token}


class SessionCookies(Passwords):
    """`auth: session`: send the cookie and the token against CSRF."""

    login = _Session


class ApiKeys:
    """`auth: api_key`: send a key, which an administrator has made; theirs is their password."""

    def __init__(
        self, http: httpx.Client, admin_email: str, admin_key: str, authorization: str
    ) -> None:
        self._http = http
        self._authorization = authorization
        self._admin = self._holding(admin_key, admin_email)

    def admin(self) -> Caller:
        return self._admin

    def new(self, role: str) -> Caller:
        email = new_email()
        user = body_of(self._admin.post("/api/v1/users", json={"email": email}), 201)
        empower(self._admin, user, role, self._authorization)
        asked = {"user_id": user["id"], "name": "contract"}
        return self._holding(
            body_of(self._admin.post("/api/v1/api-keys", json=asked), 201)["key"], email
        )

    def _holding(self, key: str, email: str) -> Caller:
        me = body_of(self._http.get("/api/v1/me", headers={"X-API-Key": key}))
        return Caller(self._http, me["id"], email, lambda: {"X-API-Key": key})


class IssuedTokens:
    """`auth: oauth2`: send an access token of the issuer.

    The tokens say nothing of roles, so that the service's administrators give them.
    """

    def __init__(
        self, http: httpx.Client, admin_email: str, issuer: Issuer, answers: Mapping[str, Any]
    ) -> None:
        self._http = http
        self._issuer = issuer
        self._said = SAID[answers["auth_provider"]]
        self._authorization = answers["authorization"]
        self._admin = self._signed_in(admin_email)

    def admin(self) -> Caller:
        return self._admin

    def new(self, role: str) -> Caller:
        caller = self._signed_in(new_email())
        user = body_of(self._admin.get(f"/api/v1/users/{caller.id}"))
        empower(self._admin, user, role, self._authorization)
        return caller

    def _signed_in(self, email: str) -> Caller:
        token = self._issuer.token_for(email, **self._said(email, None))
        headers = {"Authorization": f"Bearer {token}"}
        me = body_of(self._http.get("/api/v1/me", headers=headers))
        return Caller(self._http, me["id"], email, lambda: dict(headers))


# By the answer `auth`, where the service itself gives out what proves an identity.
IDENTITIES_OF: dict[str, Callable[[httpx.Client, str, str, str], Identities]] = {
    "jwt": BearerTokens,
    "session": SessionCookies,
    "api_key": ApiKeys,
}
