"""Access tokens of Keycloak."""

from typing import Any

# An ID token, as Keycloak marks it.
OF_ANOTHER_KIND: dict[str, Any] = {"typ": "ID"}


def claims(audience: str, email: str, roles: list[str] | None) -> dict[str, Any]:
    places = {
        "realm_access": {"roles": (roles or [])[:1]},
        "resource_access": {
            audience: {"roles": (roles or [])[1:]},
            "another-client": {"roles": ["somebody else's"]},
        },
    }
    said = {} if roles is None else places
    return {"typ": "Bearer", "email": email, "email_verified": True, **said}


def unverified(audience: str, email: str) -> dict[str, Any]:
    return {"typ": "Bearer", "email": email, "email_verified": False}
