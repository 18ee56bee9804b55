"""Access tokens: JSON Web Tokens (RFC 7519) signed with the service's own key."""

import datetime as dt
from uuid import UUID

import jwt

from app.kernel.errors import NotAuthenticated

ALGORITHM = "HS256"


class JwtAccessTokens:
    """Issues and checks access tokens. A token says who the caller is, never what they may do."""

    def __init__(self, secret: str, issuer: str, lifetime: dt.timedelta) -> None:
        self._secret = secret
        self._issuer = issuer
        self.lifetime = lifetime

    def issue(self, user_id: UUID, at: dt.datetime) -> str:
        claims = {"iss": self._issuer, "sub": str(user_id), "iat": at, "exp": at + self.lifetime}
        return jwt.encode(claims, self._secret, ALGORITHM)

    def verify(self, token: str) -> UUID:
        """The user that `token` was issued to; `NotAuthenticated` if it is forged or expired."""
        try:
            claims = jwt.decode(
                token,
                self._secret,
                algorithms=[ALGORITHM],
                issuer=self._issuer,
                options={"require": ["iss", "sub", "iat", "exp"]},
            )
            return UUID(claims["sub"])
        except (jwt.InvalidTokenError, ValueError) as error:
            raise NotAuthenticated("The access token is invalid or has expired.") from error
