"""Registration and login, which `auth: jwt` and `auth: session` have in common."""

from __future__ import annotations

from typing import Any

import httpx

from .api_clients import PASSWORD, ApiClient, new_email
from .assertions import assert_status, json_body

AUTH = "/api/v1/auth"
WRONG_PASSWORD = f"{PASSWORD}!"


def register(http: httpx.Client, email: object, password: object, **more: Any) -> httpx.Response:
    """Send a registration request."""
    return http.post(f"{AUTH}/register", json={"email": email, "password": password, **more})


def login(
    http: httpx.Client, email: object, password: object, headers: dict[str, str] | None = None
) -> httpx.Response:
    """Send a login request and discard its cookie, so that no later request sends it."""
    credentials = {"email": email, "password": password}
    response = http.post(f"{AUTH}/login", json=credentials, headers=headers)
    http.cookies.clear()
    return response


class Accounts:
    """Accounts registered by a test and deleted after it."""

    def __init__(self, http: httpx.Client, admin: ApiClient) -> None:
        self._http = http
        self._admin = admin
        self._created_ids: list[str] = []

    def create(self) -> str:
        """Register a user whose password is `PASSWORD` and return the email address."""
        email = new_email()
        self.track(register(self._http, email, PASSWORD))
        return email

    def track(self, response: httpx.Response) -> dict[str, Any]:
        """Remember the registered user for deletion and return the response body."""
        user: dict[str, Any] = json_body(response, 201)
        self._created_ids.append(user["id"])
        return user

    def delete_all(self) -> None:
        """Delete the registered users; the user in the response to a known email does not exist."""
        for id_ in self._created_ids:
            assert_status(self._admin.delete(f"/api/v1/users/{id_}"), 204, 404)
        self._created_ids.clear()
