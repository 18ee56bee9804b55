"""Tokens of an issuer that keeps to the standard names."""

from typing import Any

# An ID token: it has the hash of an access token.
OF_ANOTHER_KIND: dict[str, Any] = {"at_hash": "MTIzNDU2Nzg5MDEyMzQ1Ng"}


def claims(audience: str, email: str, roles: list[str] | None) -> dict[str, Any]:
    said = {} if roles is None else {"roles": roles}
    return {"email": email, "email_verified": True, **said}


def unverified(audience: str, email: str) -> dict[str, Any]:
    return {"email": email, "email_verified": False}
