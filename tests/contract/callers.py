"""Who asks: people with a role, and how they prove who they are.

What depends on the answer `auth` stands here and in its own test module, nowhere else. Another
way to prove an identity is another `Identities`, listed in `IDENTITIES_OF`.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import httpx

from .checks import body_of

PASSWORD = "a long enough password"

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


class Identities(Protocol):
    """Makes callers."""

    def admin(self) -> Caller:
        """Return the administrator that the tests were given."""

    def new(self, role: str) -> Caller:
        """Return somebody new who has a role."""


def new_email() -> str:
    """Return an address that nobody has registered yet."""
    return f"contract-{secrets.token_hex(8)}@example.com"


class BearerTokens:
    """`auth: jwt`: log in with email and password, send the access token."""

    def __init__(self, http: httpx.Client, admin_email: str, admin_password: str) -> None:
        self._http = http
        self._admin = self._logged_in(admin_email, admin_password)

    def admin(self) -> Caller:
        return self._admin

    def new(self, role: str) -> Caller:
        email = new_email()
        credentials = {"email": email, "password": PASSWORD}
        user = body_of(self._http.post("/api/v1/auth/register", json=credentials), 201)
        if role != user["role"]:
            path = f"/api/v1/users/{user['id']}/role"
            body_of(self._admin.put(path, json={"role": role}))
        return self._logged_in(email, PASSWORD)

    def _logged_in(self, email: str, password: str) -> Caller:
        headers = _FreshToken(self._http, email, password)
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


IDENTITIES_OF: dict[str, Callable[[httpx.Client, str, str], Identities]] = {"jwt": BearerTokens}
