"""Tokens of Auth0, with the claims that an Action adds."""

from typing import Any

# An ID token: it has the hash of an access token.
OF_ANOTHER_KIND: dict[str, Any] = {"at_hash": "MTIzNDU2Nzg5MDEyMzQ1Ng"}


def claims(audience: str, email: str, roles: list[str] | None) -> dict[str, Any]:
    said = {} if roles is None else {f"{audience}/roles": roles[:1], "permissions": roles[1:]}
    return {f"{audience}/email": email, f"{audience}/email_verified": True, **said}


def unverified(audience: str, email: str) -> dict[str, Any]:
    return {f"{audience}/email": email, f"{audience}/email_verified": False}
