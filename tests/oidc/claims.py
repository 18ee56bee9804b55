"""How the tokens of each kind of issuer say whose they are, and what that person may do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Claims = dict[str, Any]

AUDIENCE = "https://api.example.com"


def _said(**claims: Any) -> Claims:
    return {name: value for name, value in claims.items() if value is not None}


# Of an email and roles; with None for the roles, the token says nothing of any.
SAID: dict[str, Callable[[str, list[str] | None], Claims]] = {
    "custom": lambda email, roles: _said(email=email, roles=roles),
    "auth0": lambda email, roles: _said(**{f"{AUDIENCE}/email": email, f"{AUDIENCE}/roles": roles}),
    "firebase": lambda email, roles: _said(firebase={}, email=email, roles=roles),
    "keycloak": lambda email, roles: _said(
        typ="Bearer", email=email, realm_access=None if roles is None else {"roles": roles}
    ),
}
