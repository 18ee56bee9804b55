"""API keys: `X-API-Key: <key>`."""

from typing import Annotated

from fastapi import Depends
from fastapi.security import APIKeyHeader

from app.kernel.errors import NotAuthenticated

HEADER = "X-API-Key"
# How a 401 says what it takes (RFC 9110); there is no registered word for keys.
CHALLENGE = "ApiKey"

_header = APIKeyHeader(name=HEADER, auto_error=False, description="A key from an administrator.")


async def credential(key: Annotated[str | None, Depends(_header)]) -> str:
    """What the request proves its caller's identity with."""
    if key is None:
        raise NotAuthenticated(f"This needs a key: `{HEADER}: <key>`.")
    return key


Credential = Annotated[str, Depends(credential)]
