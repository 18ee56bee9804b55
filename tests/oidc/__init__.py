"""An OpenID Connect issuer: a program that others wrote, run on this machine."""

from .issuer import AUDIENCE, Issuer, is_available, oidc_server, said_by

__all__ = ["AUDIENCE", "Issuer", "is_available", "oidc_server", "said_by"]
