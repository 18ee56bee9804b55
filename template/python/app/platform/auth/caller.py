"""Caller of a route: `async def route(caller: Caller)` is all that a route declares."""

from typing import Annotated, Protocol

from fastapi import Depends, Request

from app.kernel.access import Principal
from app.platform.auth import Credential


class Authenticator(Protocol):
    """Authentication of a credential."""

    async def authenticate(self, credential: str) -> Principal:
        """Return the current owner of `credential`; raise `NotAuthenticated` if there is none."""


async def current_caller(request: Request, credential: Credential) -> Principal:
    authenticator: Authenticator = request.app.state.authenticator
    return await authenticator.authenticate(credential)


Caller = Annotated[Principal, Depends(current_caller)]
