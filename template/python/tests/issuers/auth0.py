"""Claims of Auth0, including those that an Action adds."""

from typing import Any

# Claims of an ID token: the hash of an access token.
ID_TOKEN_CLAIMS: dict[str, Any] = {"at_hash": "MTIzNDU2Nzg5MDEyMzQ1Ng"}


def claims(audience: str, email: str, roles: list[str] | None) -> dict[str, Any]:
    role_claims = (
        {} if roles is None else {f"{audience}/roles": roles[:1], "permissions": roles[1:]}
    )
    return {f"{audience}/email": email, f"{audience}/email_verified": True, **role_claims}


def unverified(audience: str, email: str) -> dict[str, Any]:
    return {f"{audience}/email": email, f"{audience}/email_verified": False}
