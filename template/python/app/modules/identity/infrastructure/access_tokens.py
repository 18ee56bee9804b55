"""Access tokens: JSON Web Tokens (RFC 7519) signed with the service's own key."""

import datetime as dt
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

import jwt

from app.kernel.errors import NotAuthenticated
from app.kernel.ports import Clock
from app.modules.identity.domain.access_token import AccessTokenClaims

ALGORITHM = "HS256"
# Tolerance for clocks that differ between machines.
LEEWAY = dt.timedelta(seconds=5)
REQUIRED_CLAIMS = ("iss", "aud", "sub", "sid", "iat", "nbf", "exp")


@dataclass(frozen=True, slots=True)
class RetiredKey:
    """Previous key after a key rotation: its signatures are accepted until a point in time."""

    secret: str
    until: dt.datetime


class JwtAccessTokens:
    """Issue and verification of access tokens, which identify the caller but carry no rights."""

    def __init__(
        self,
        secret: str,
        issuer: str,
        lifetime: dt.timedelta,
        *,
        clock: Clock,
        retired: RetiredKey | None = None,
    ) -> None:
        self._secret = secret
        self._key_id = _key_id(secret)
        self._issuer = issuer
        self._clock = clock
        self._retired = {} if retired is None else {_key_id(retired.secret): retired}
        self.lifetime = lifetime

    def issue(self, claims: AccessTokenClaims, at: dt.datetime) -> str:
        payload = {
            "iss": self._issuer,
            "aud": self._issuer,
            "sub": str(claims.user_id),
            "sid": str(claims.session_id),
            "iat": at,
            "nbf": at,
            "exp": at + self.lifetime,
        }
        return jwt.encode(payload, self._secret, ALGORITHM, headers={"kid": self._key_id})

    def verify(self, token: str) -> AccessTokenClaims:
        """Return the claims of a token; raise `NotAuthenticated` if it is invalid."""
        try:
            payload = jwt.decode(
                token,
                self._key_of(token),
                algorithms=[ALGORITHM],
                issuer=self._issuer,
                audience=self._issuer,
                leeway=LEEWAY,
                options={"require": list(REQUIRED_CLAIMS), "strict_aud": True},
            )
            return AccessTokenClaims(user_id=UUID(payload["sub"]), session_id=UUID(payload["sid"]))
        except (jwt.InvalidTokenError, ValueError) as error:
            raise NotAuthenticated("The access token is invalid or has expired.") from error

    def _key_of(self, token: str) -> str:
        key_id = str(jwt.get_unverified_header(token).get("kid"))
        if key_id == self._key_id:
            return self._secret
        retired = self._retired.get(key_id)
        if retired is None or self._clock() >= retired.until:
            raise jwt.InvalidTokenError("the key of the token is unknown or retired")
        return retired.secret


def _key_id(secret: str) -> str:
    """Return the identifier of a key, from which the key cannot be derived."""
    return sha256(b"kid:" + secret.encode()).hexdigest()[:16]
