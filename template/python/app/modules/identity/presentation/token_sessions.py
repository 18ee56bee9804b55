"""Logging in and out with tokens over HTTP."""

from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from app.modules.identity.application.token_sessions import Tokens, TokenSessions
from app.modules.identity.presentation.accounts import Credentials
from app.platform.http.bodies import StrictRoute
from app.platform.http.client_address import ClientAddress
from app.platform.http.problems import problems

RefreshTokenText = Annotated[str, Field(max_length=1000)]


class RefreshRequest(BaseModel):
    """A refresh token, as login or refresh gave it."""

    model_config = ConfigDict(extra="forbid")

    refresh_token: RefreshTokenText


class TokenPair(BaseModel):
    """A pair of tokens; `expires_in` is the access token's life in seconds."""

    access_token: str
    refresh_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 (a scheme, no secret)
    expires_in: int

    @classmethod
    def of(cls, tokens: Tokens) -> "TokenPair":
        return cls(
            access_token=tokens.access_token,
            refresh_token=tokens.refresh_token,
            expires_in=int(tokens.expires_in.total_seconds()),
        )


def token_session_router(sessions: TokenSessions) -> APIRouter:
    """The routes; each of them asks one use case."""
    router = APIRouter(
        route_class=StrictRoute, prefix="/api/v1/auth", tags=["auth"], responses=problems(422)
    )

    @router.post("/login", responses=problems(401, 429))
    async def login(address: ClientAddress, body: Credentials) -> TokenPair:
        """Exchange email and password for a pair of tokens."""
        tokens = await sessions.login(body.email, body.password.get_secret_value(), address)
        return TokenPair.of(tokens)

    @router.post("/refresh", responses=problems(401))
    async def refresh(body: RefreshRequest) -> TokenPair:
        """Exchange a refresh token for a new pair; each is good for one use."""
        return TokenPair.of(await sessions.refresh(body.refresh_token))

    @router.post("/logout", status_code=204)
    async def logout(body: RefreshRequest) -> None:
        """End the session that the refresh token belongs to."""
        await sessions.logout(body.refresh_token)

    return router
