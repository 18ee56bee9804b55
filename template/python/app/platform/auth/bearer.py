"""Bearer tokens (RFC 6750): `Authorization: Bearer <token>`."""

from typing import Annotated

from fastapi import Depends
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from app.kernel.errors import NotAuthenticated

# How a 401 says what it takes (RFC 9110).
CHALLENGE = "Bearer"

_bearer = HTTPBearer(auto_error=False, bearerFormat="JWT", description="An access token.")


async def credential(
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
) -> str:
    """What the request proves its caller's identity with."""
    if credentials is None:
        raise NotAuthenticated("This needs an access token: `Authorization: Bearer <token>`.")
    return credentials.credentials


Credential = Annotated[str, Depends(credential)]
