"""Bearer tokens (RFC 6750): `Authorization: Bearer <token>`."""

from typing import Annotated, Any

from fastapi import Depends
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from app.kernel.errors import NotAuthenticated

REQUEST_HEADER = "Authorization"
USES_COOKIES = False
# Value of `WWW-Authenticate` (RFC 9110).
CHALLENGE = "Bearer"

_bearer = HTTPBearer(auto_error=False, bearerFormat="JWT", description="An access token.")


async def credential(
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
) -> str:
    """Return the access token of the request."""
    if credentials is None:
        raise NotAuthenticated("This needs an access token: `Authorization: Bearer <token>`.")
    return credentials.credentials


Credential = Annotated[str, Depends(credential)]


def describe_security(document: dict[str, Any]) -> None:
    """Leave the OpenAPI document as it is: FastAPI describes this scheme completely."""
