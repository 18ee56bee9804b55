"""Verification of access tokens that an OpenID Connect issuer has signed."""

import datetime as dt
from typing import Any, Protocol

import jwt

from app.kernel.errors import NotAuthenticated
from app.modules.identity.domain.external_identity import ExternalIdentity
from app.modules.identity.infrastructure.oidc.claims import Claims
from app.modules.identity.infrastructure.oidc.issuer import ALGORITHMS, Issuer

# Tolerance for clocks that differ between machines.
LEEWAY = dt.timedelta(seconds=5)
REQUIRED_CLAIMS = ("iss", "aud", "sub", "iat", "exp")
# Types of access tokens (RFC 9068); logout tokens and others have different ones.
ACCESS_TOKEN_TYPES = frozenset({"jwt", "at+jwt"})
MAX_SUBJECT_LENGTH = 255


class Provider(Protocol):
    """Claims of a kind of issuer; the modules of `providers` implement it."""

    def is_access_token(self, claims: Claims) -> bool:
        """Return whether the token is an access token for APIs."""

    def email_in(self, claims: Claims, audience: str) -> str | None:
        """Return the email if the issuer has verified it."""

    def roles_in(self, claims: Claims, audience: str) -> frozenset[str] | None:
        """Return the roles of the user; None if the token has no claim of roles."""


class OidcTokens:
    """Verifies tokens that the issuer has signed for `audience`, which is this service."""

    def __init__(self, issuer: Issuer, audience: str, provider: Provider) -> None:
        self._issuer = issuer
        self._audience = audience
        self._provider = provider

    async def verify(self, token: str) -> ExternalIdentity:
        """Return the identity that a token asserts.

        Raise `NotAuthenticated` if the token is invalid, and `Unavailable` if only the issuer
        could tell and it does not respond.
        """
        try:
            key_id, algorithm = _key_and_algorithm(jwt.get_unverified_header(token))
            key = await self._issuer.key(key_id, algorithm)
            claims = jwt.decode(
                token,
                key.public,
                algorithms=[algorithm],  # fits the key: the issuer has looked it up by both
                issuer=self._issuer.url,
                audience=self._audience,
                leeway=LEEWAY,
                options={"require": list(REQUIRED_CLAIMS)},
            )
        except (jwt.InvalidTokenError, ValueError) as error:
            raise NotAuthenticated("The access token is invalid or has expired.") from error
        subject: str = claims["sub"]
        if not 0 < len(subject) <= MAX_SUBJECT_LENGTH or not subject.isprintable():
            raise NotAuthenticated("The access token has no valid subject.")
        # A token that is bound to a key (`cnf`) needs a proof of possession, which is unsupported.
        if "cnf" in claims or not self._provider.is_access_token(claims):
            raise NotAuthenticated("This token is no access token.")
        return ExternalIdentity(
            issuer=self._issuer.url,
            subject=subject,
            email=self._provider.email_in(claims, self._audience),
            roles=self._provider.roles_in(claims, self._audience),
        )


def _key_and_algorithm(header: dict[str, Any]) -> tuple[str | None, str]:
    """Return key and algorithm of a token's header, or refuse it without asking the issuer."""
    kind = str(header.get("typ", "JWT")).lower().removeprefix("application/")
    algorithm = str(header.get("alg"))
    if kind not in ACCESS_TOKEN_TYPES or algorithm not in ALGORITHMS:
        raise jwt.InvalidTokenError("no access token, or an algorithm without a public key")
    return header.get("kid"), algorithm
