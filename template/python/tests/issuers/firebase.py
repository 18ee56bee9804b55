"""Claims of Firebase, including custom claims."""

from typing import Any

# Claims of a token that is not Firebase's: the mark is missing.
ID_TOKEN_CLAIMS: dict[str, Any] = {"firebase": None}


def claims(audience: str, email: str, roles: list[str] | None) -> dict[str, Any]:
    role_claims: dict[str, Any] = {} if roles is None else {"roles": roles[1:]}
    if roles:
        role_claims["role"] = roles[0]
    return {**_firebase("google.com"), "email": email, "email_verified": True, **role_claims}


def unverified(audience: str, email: str) -> dict[str, Any]:
    return {**_firebase("password"), "email": email, "email_verified": False}


def _firebase(sign_in_provider: str) -> dict[str, Any]:
    return {"firebase": {"identities": {}, "sign_in_provider": sign_in_provider}}
