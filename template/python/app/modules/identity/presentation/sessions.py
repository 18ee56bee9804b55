"""Routes of sessions: login, logout and the current session."""

import datetime as dt

from fastapi import APIRouter, Response
from pydantic import BaseModel

from app.modules.identity.application.session_authentication import SessionAuthentication
from app.modules.identity.domain.session import Session
from app.modules.identity.presentation.password_accounts import Credentials
from app.platform.auth.caller import Caller
from app.platform.auth.session import Cookie, Credential, csrf_token, delete_cookie, set_cookie
from app.platform.http.bodies import StrictRoute
from app.platform.http.client_address import ClientAddress
from app.platform.http.problems import problems


class SessionOutput(BaseModel):
    """Session; unsafe methods need its `csrf_token` in the header `X-CSRF-Token`."""

    csrf_token: str
    expires_at: dt.datetime

    @classmethod
    def of(cls, secret: str, session: Session) -> "SessionOutput":
        return cls(csrf_token=csrf_token(secret), expires_at=session.expires_at)


def session_router(sessions: SessionAuthentication) -> APIRouter:
    """Return the routes; each calls one use case."""
    router = APIRouter(
        route_class=StrictRoute, prefix="/api/v1/auth", tags=["auth"], responses=problems(422)
    )

    @router.post("/login", responses=problems(401, 429))
    async def login(
        previous: Cookie, address: ClientAddress, body: Credentials, response: Response
    ) -> SessionOutput:
        """Start a session; the response sets its cookie."""
        opened = await sessions.login(
            body.email, body.password.get_secret_value(), address, previous
        )
        set_cookie(response, opened.secret)
        return SessionOutput.of(opened.secret, opened.session)

    @router.get("/session", responses=problems(401))
    async def current(credential: Credential) -> SessionOutput:
        """Read the current session, whose `csrf_token` a reloaded page needs again."""
        return SessionOutput.of(credential, await sessions.current(credential))

    @router.post("/logout", status_code=204, responses=problems(401, 403))
    async def logout(credential: Credential, _: Caller, response: Response) -> None:
        """End this session."""
        await sessions.logout(credential)
        delete_cookie(response)

    @router.post("/logout-everywhere", status_code=204, responses=problems(401, 403))
    async def logout_everywhere(caller: Caller, response: Response) -> None:
        """End all sessions of the caller, this one included."""
        await sessions.logout_everywhere(caller)
        delete_cookie(response)

    return router
