"""An OpenID Connect issuer: a program that others wrote, run on this machine."""

from .claims import AS_ID_TOKEN, AUDIENCE, SAID, Claims, said_by
from .issuer import CLIENT_ID, Issuer, is_available, oidc_server

__all__ = [
    "AS_ID_TOKEN",
    "AUDIENCE",
    "CLIENT_ID",
    "SAID",
    "Claims",
    "Issuer",
    "is_available",
    "oidc_server",
    "said_by",
]
