"""ID tokens of Firebase, with custom claims."""

from typing import Any

# Firebase marks its own.
OF_ANOTHER_KIND: dict[str, Any] = {"firebase": None}


def claims(audience: str, email: str, roles: list[str] | None) -> dict[str, Any]:
    said: dict[str, Any] = {} if roles is None else {"roles": roles[1:]}
    if roles:
        said["role"] = roles[0]
    return {**_firebase("google.com"), "email": email, "email_verified": True, **said}


def unverified(audience: str, email: str) -> dict[str, Any]:
    return {**_firebase("password"), "email": email, "email_verified": False}


def _firebase(sign_in_provider: str) -> dict[str, Any]:
    return {"firebase": {"identities": {}, "sign_in_provider": sign_in_provider}}
