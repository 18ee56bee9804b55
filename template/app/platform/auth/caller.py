"""The caller of a route: `async def route(caller: Caller)` is all that a route needs to know."""

from typing import Annotated, Protocol

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from app.kernel.access import Principal
from app.kernel.errors import NotAuthenticated


class Authenticator(Protocol):
    """Knows whose an access token is."""

    async def caller_of(self, token: str) -> Principal:
        """The token's owner as they are now; `NotAuthenticated` if there is none."""


_bearer = HTTPBearer(
    auto_error=False, bearerFormat="JWT", description="The `access_token` that login returns."
)


async def current_caller(
    request: Request,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
) -> Principal:
    if credentials is None:
        raise NotAuthenticated("This needs an access token: `Authorization: Bearer <token>`.")
    authenticator: Authenticator = request.app.state.authenticator
    return await authenticator.caller_of(credentials.credentials)


Caller = Annotated[Principal, Depends(current_caller)]
