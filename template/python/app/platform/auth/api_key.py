"""API keys: `X-API-Key: <key>`."""

from typing import Annotated, Any

from fastapi import Depends
from fastapi.security import APIKeyHeader

from app.kernel.errors import NotAuthenticated

REQUEST_HEADER = "X-API-Key"
USES_COOKIES = False
# Value of `WWW-Authenticate` (RFC 9110); no scheme is registered for API keys.
CHALLENGE = "ApiKey"

_header = APIKeyHeader(
    name=REQUEST_HEADER, auto_error=False, description="A key from an administrator."
)


async def credential(key: Annotated[str | None, Depends(_header)]) -> str:
    """Return the API key of the request."""
    if key is None:
        raise NotAuthenticated(f"This needs a key: `{REQUEST_HEADER}: <key>`.")
    return key


Credential = Annotated[str, Depends(credential)]


def describe_security(document: dict[str, Any]) -> None:
    """Leave the OpenAPI document as it is: FastAPI describes this scheme completely."""
