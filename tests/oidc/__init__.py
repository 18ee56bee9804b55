"""An OpenID Connect issuer: a program that others wrote, run on this machine."""

from .issuer import Issuer, is_available, oidc_server

__all__ = ["Issuer", "is_available", "oidc_server"]
