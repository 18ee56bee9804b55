"""Secrets that prove who somebody is: made once, given away once, kept as fingerprints."""

import secrets
from hashlib import sha256


def new_secret() -> str:
    """256 bits that nobody can guess, as text."""
    return secrets.token_urlsafe(32)


def fingerprint(secret: str) -> str:
    """What is kept of a secret: enough to recognise it, not enough to use it."""
    return sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
