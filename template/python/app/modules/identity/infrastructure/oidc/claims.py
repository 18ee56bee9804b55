"""Lookup of roles and emails in the claims of a token."""

from collections.abc import Mapping
from typing import Any

Claims = Mapping[str, Any]

MAX_EMAIL_LENGTH = 254


def names_at(claims: Claims, *paths: tuple[str, ...]) -> frozenset[str] | None:
    """Return the names at these paths, one or a list at each; None if no path exists."""
    found = [value for path in paths if (value := _at(claims, path)) is not None]
    return frozenset(name for value in found for name in _texts(value)) if found else None


def verified_email(claims: Claims, namespace: str = "") -> str | None:
    """Return the email if the issuer has verified it; `namespace` prefixes both claims."""
    email = claims.get(f"{namespace}email")
    if claims.get(f"{namespace}email_verified") not in (True, "true"):
        return None
    if not isinstance(email, str) or len(email) > MAX_EMAIL_LENGTH:
        return None
    return email if "@" in email and email.isprintable() else None


def _at(claims: Claims, path: tuple[str, ...]) -> object:
    value: object = claims
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _texts(value: object) -> list[str]:
    values = value if isinstance(value, list) else [value]
    return [each for each in values if isinstance(each, str)]
