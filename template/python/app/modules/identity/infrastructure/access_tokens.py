"""Access tokens: JSON Web Tokens (RFC 7519) signed with the service's own key."""

import datetime as dt
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

import jwt

from app.kernel.errors import NotAuthenticated
from app.kernel.ports import Clock
from app.modules.identity.domain.token_session import TokenSession

ALGORITHM = "HS256"
# The clocks of two machines are never quite the same.
LEEWAY = dt.timedelta(seconds=5)
CLAIMS = ("iss", "aud", "sub", "sid", "iat", "nbf", "exp")


@dataclass(frozen=True, slots=True)
class RetiredKey:
    """A key that signs no more; until then, what it has signed is still believed."""

    secret: str
    until: dt.datetime


class JwtAccessTokens:
    """Issues and checks access tokens. A token says who the caller is, never what they may do."""

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

    def issue(self, session: TokenSession, at: dt.datetime) -> str:
        claims = {
            "iss": self._issuer,
            "aud": self._issuer,
            "sub": str(session.user_id),
            "sid": str(session.id),
            "iat": at,
            "nbf": at,
            "exp": at + self.lifetime,
        }
        return jwt.encode(claims, self._secret, ALGORITHM, headers={"kid": self._key_id})

    def verify(self, token: str) -> TokenSession:
        """The login that `token` was issued to; `NotAuthenticated` if it proves none."""
        try:
            claims = jwt.decode(
                token,
                self._key_of(token),
                algorithms=[ALGORITHM],
                issuer=self._issuer,
                audience=self._issuer,
                leeway=LEEWAY,
                options={"require": list(CLAIMS), "strict_aud": True},
            )
            return TokenSession(user_id=UUID(claims["sub"]), id=UUID(claims["sid"]))
        except (jwt.InvalidTokenError, ValueError) as error:
            raise NotAuthenticated("The access token is invalid or has expired.") from error

    def _key_of(self, token: str) -> str:
        key_id = str(jwt.get_unverified_header(token).get("kid"))
        if key_id == self._key_id:
            return self._secret
        retired = self._retired.get(key_id)
        if retired is None or self._clock() >= retired.until:
            raise jwt.InvalidTokenError("no key of that name is believed")
        return retired.secret


def _key_id(secret: str) -> str:
    """What a token names its key by: it tells keys apart and gives none away."""
    return sha256(b"kid:" + secret.encode()).hexdigest()[:16]
