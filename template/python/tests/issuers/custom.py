"""Claims of an issuer with standard names."""

from typing import Any

# Claims of an ID token: the hash of an access token.
ID_TOKEN_CLAIMS: dict[str, Any] = {"at_hash": "MTIzNDU2Nzg5MDEyMzQ1Ng"}


def claims(audience: str, email: str, roles: list[str] | None) -> dict[str, Any]:
    role_claims = {} if roles is None else {"roles": roles}
    return {"email": email, "email_verified": True, **role_claims}


def unverified(audience: str, email: str) -> dict[str, Any]:
    return {"email": email, "email_verified": False}
