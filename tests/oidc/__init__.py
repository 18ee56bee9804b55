"""OpenID Connect issuer for tests: the npm package oidc-provider in a local process."""

from .claims import AUDIENCE, ID_TOKEN_CLAIMS, PROVIDER_CLAIMS, Claims, access_token_claims
from .issuer import CLIENT_ID, Issuer, is_available, oidc_server

__all__ = [
    "AUDIENCE",
    "CLIENT_ID",
    "ID_TOKEN_CLAIMS",
    "PROVIDER_CLAIMS",
    "Claims",
    "Issuer",
    "access_token_claims",
    "is_available",
    "oidc_server",
]
