"""Access tokens of an OpenID Connect issuer: JSON Web Tokens signed with one of its keys."""

import datetime as dt
from typing import Any, Protocol

import jwt

from app.kernel.errors import NotAuthenticated
from app.modules.identity.domain.external_identity import ExternalIdentity
from app.modules.identity.infrastructure.oidc.claims import Claims
from app.modules.identity.infrastructure.oidc.issuer import ALGORITHMS, Issuer

# The clocks of two machines are never quite the same.
LEEWAY = dt.timedelta(seconds=5)
CLAIMS = ("iss", "aud", "sub", "iat", "exp")
# Access tokens are of either (RFC 9068); logout tokens and the like are of others.
TYPES = frozenset({"jwt", "at+jwt"})
MAX_SUBJECT_LENGTH = 255


class Provider(Protocol):
    """Where a kind of issuer writes what the service reads: the modules of `providers`."""

    def is_access_token(self, claims: Claims) -> bool:
        """Whether the token was made to open APIs."""

    def email_in(self, claims: Claims, audience: str) -> str | None:
        """The email that the issuer vouches for."""

    def roles_in(self, claims: Claims, audience: str) -> frozenset[str] | None:
        """What the issuer trusts the user with; None if it does not say."""


class OidcTokens:
    """Checks tokens that the issuer has signed for `audience`, which is this service."""

    def __init__(self, issuer: Issuer, audience: str, provider: Provider) -> None:
        self._issuer = issuer
        self._audience = audience
        self._provider = provider

    async def verify(self, token: str) -> ExternalIdentity:
        """Whose the token is; `NotAuthenticated` if it proves nothing, `Unavailable` if unsure."""
        try:
            key_id, algorithm = _named_in(jwt.get_unverified_header(token))
            key = await self._issuer.key(key_id, algorithm)
            claims = jwt.decode(
                token,
                key.public,
                algorithms=[algorithm],  # one that fits the key, whatever the token would like
                issuer=self._issuer.url,
                audience=self._audience,
                leeway=LEEWAY,
                options={"require": list(CLAIMS)},
            )
        except (jwt.InvalidTokenError, ValueError) as error:
            raise NotAuthenticated("The access token is invalid or has expired.") from error
        subject: str = claims["sub"]
        if not 0 < len(subject) <= MAX_SUBJECT_LENGTH or not subject.isprintable():
            raise NotAuthenticated("The access token names nobody.")
        # A token that is bound to a key (`cnf`) needs a proof of possession, which is unsupported.
        if "cnf" in claims or not self._provider.is_access_token(claims):
            raise NotAuthenticated("This token is no access token.")
        return ExternalIdentity(
            issuer=self._issuer.url,
            subject=subject,
            email=self._provider.email_in(claims, self._audience),
            roles=self._provider.roles_in(claims, self._audience),
        )


def _named_in(header: dict[str, Any]) -> tuple[str | None, str]:
    """The key and the algorithm that a token names, if they are worth looking for."""
    kind = str(header.get("typ", "JWT")).lower().removeprefix("application/")
    algorithm = str(header.get("alg"))
    if kind not in TYPES or algorithm not in ALGORITHMS:
        raise jwt.InvalidTokenError("no access token, or signed in a way that anybody could")
    return header.get("kid"), algorithm
