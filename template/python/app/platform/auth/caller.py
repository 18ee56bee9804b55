"""Caller of a route: `async def route(caller: Caller)` is all that a route declares."""

from typing import Annotated

from fastapi import Depends, Request

from app.kernel.access import Authenticator, Principal
from app.platform.auth import Credential


async def current_caller(request: Request, credential: Credential) -> Principal:
    authenticator: Authenticator = request.app.state.authenticator
    return await authenticator.authenticate(credential)


Caller = Annotated[Principal, Depends(current_caller)]
