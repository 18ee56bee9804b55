"""How the tokens of each kind of issuer say whose they are, and what that person may do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Claims = dict[str, Any]

AUDIENCE = "https://api.example.com"


def _said(namespace: str = "", **claims: Any) -> Claims:
    claims["email_verified"] = True
    return {f"{namespace}{name}": value for name, value in claims.items() if value is not None}


# Of an email and roles; with None for the roles, the token says nothing of any.
SAID: dict[str, Callable[[str, list[str] | None], Claims]] = {
    "custom": lambda email, roles: _said(email=email, roles=roles),
    "auth0": lambda email, roles: _said(f"{AUDIENCE}/", email=email, roles=roles),
    "firebase": lambda email, roles: _said(firebase={}, email=email, roles=roles),
    "keycloak": lambda email, roles: _said(
        typ="Bearer", email=email, realm_access=None if roles is None else {"roles": roles}
    ),
}


def said_by(provider: str, email: str, *roles: str) -> Claims:
    """Return what an access token of such a provider says of somebody with these roles."""
    return SAID[provider](email, list(roles))


# What an ID token says besides, or instead: who signed in, to a client, which opens no API.
AS_ID_TOKEN: dict[str, Callable[[Claims], Claims]] = {
    "custom": lambda claims: claims | {"nonce": "n"},
    "auth0": lambda claims: claims | {"at_hash": "MTIzNDU2Nzg5MDEyMzQ1Ng"},
    # Firebase marks its own, which are the ones that open APIs.
    "firebase": lambda claims: {name: claims[name] for name in claims.keys() - {"firebase"}},
    "keycloak": lambda claims: claims | {"typ": "ID"},
}
