"""Random secrets of credentials; the database stores their hashes only."""

import secrets
from hashlib import sha256


def new_secret() -> str:
    """Return 256 random bits as text."""
    return secrets.token_urlsafe(32)


def fingerprint(secret: str) -> str:
    """Return the hash by which a secret is stored and found."""
    return sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
