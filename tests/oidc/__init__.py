"""An OpenID Connect issuer: a program that others wrote, run on this machine."""

from .claims import AUDIENCE, SAID, Claims
from .issuer import Issuer, is_available, oidc_server

__all__ = ["AUDIENCE", "SAID", "Claims", "Issuer", "is_available", "oidc_server"]
