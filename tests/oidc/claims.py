"""Claims for email and roles in the tokens of each provider."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Claims = dict[str, Any]

AUDIENCE = "https://api.example.com"


def _claims(namespace: str = "", **claims: Any) -> Claims:
    claims["email_verified"] = True
    return {f"{namespace}{name}": value for name, value in claims.items() if value is not None}


# Access token claims by provider for an email and roles; None omits the roles claim.
PROVIDER_CLAIMS: dict[str, Callable[[str, list[str] | None], Claims]] = {
    "custom": lambda email, roles: _claims(email=email, roles=roles),
    "auth0": lambda email, roles: _claims(f"{AUDIENCE}/", email=email, roles=roles),
    "firebase": lambda email, roles: _claims(firebase={}, email=email, roles=roles),
    "keycloak": lambda email, roles: _claims(
        typ="Bearer", email=email, realm_access=None if roles is None else {"roles": roles}
    ),
}


def access_token_claims(provider: str, email: str, *roles: str) -> Claims:
    """Return the access token claims of a user with these roles at a provider."""
    return PROVIDER_CLAIMS[provider](email, list(roles))


# ID token claims by provider, from access token claims: an ID token must not authorize requests.
ID_TOKEN_CLAIMS: dict[str, Callable[[Claims], Claims]] = {
    "custom": lambda claims: claims | {"nonce": "n"},
    "auth0": lambda claims: claims | {"at_hash": "MTIzNDU2Nzg5MDEyMzQ1Ng"},
    # Firebase ID tokens are the ones that authorize requests; they are marked by this claim.
    "firebase": lambda claims: {name: claims[name] for name in claims.keys() - {"firebase"}},
    "keycloak": lambda claims: claims | {"typ": "ID"},
}
