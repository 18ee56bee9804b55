"""Claims of access tokens of Keycloak."""

from typing import Any

# Claims of an ID token, as Keycloak marks it.
ID_TOKEN_CLAIMS: dict[str, Any] = {"typ": "ID"}


def claims(audience: str, email: str, roles: list[str] | None) -> dict[str, Any]:
    places = {
        "realm_access": {"roles": (roles or [])[:1]},
        "resource_access": {
            audience: {"roles": (roles or [])[1:]},
            "another-client": {"roles": ["other-role"]},
        },
    }
    role_claims = {} if roles is None else places
    return {"typ": "Bearer", "email": email, "email_verified": True, **role_claims}


def unverified(audience: str, email: str) -> dict[str, Any]:
    return {"typ": "Bearer", "email": email, "email_verified": False}
