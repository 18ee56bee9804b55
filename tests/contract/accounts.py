"""What services with `auth: jwt` and those with `auth: session` ask of accounts alike."""

from __future__ import annotations

from typing import Any

import httpx

from .callers import PASSWORD, Caller, new_email
from .checks import answered, body_of

AUTH = "/api/v1/auth"
WRONG = f"{PASSWORD}!"


def register(http: httpx.Client, email: object, password: object, **more: Any) -> httpx.Response:
    """Ask for an account."""
    return http.post(f"{AUTH}/register", json={"email": email, "password": password, **more})


def login(
    http: httpx.Client, email: object, password: object, headers: dict[str, str] | None = None
) -> httpx.Response:
    """Ask for a login; a cookie that comes with the answer goes with no other request."""
    credentials = {"email": email, "password": password}
    response = http.post(f"{AUTH}/login", json=credentials, headers=headers)
    http.cookies.clear()
    return response


class Accounts:
    """Registers people, and deletes those in the end who are left."""

    def __init__(self, http: httpx.Client, admin: Caller) -> None:
        self._http = http
        self._admin = admin
        self._made: list[str] = []

    def new(self) -> str:
        """Register somebody whose password is `PASSWORD`; returns their email."""
        email = new_email()
        self.keep(register(self._http, email, PASSWORD))
        return email

    def keep(self, response: httpx.Response) -> dict[str, Any]:
        """Take note of who was registered; returns what was answered."""
        user: dict[str, Any] = body_of(response, 201)
        self._made.append(user["id"])
        return user

    def delete_all(self) -> None:
        """Delete who was registered; some may be there in the answer alone."""
        for id_ in self._made:
            answered(self._admin.delete(f"/api/v1/users/{id_}"), 204, 404)
        self._made.clear()
