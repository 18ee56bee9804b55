"""Routes of tokens: login, refresh and logout."""

from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from app.modules.identity.application.token_authentication import TokenAuthentication, TokenPair
from app.modules.identity.presentation.password_accounts import Credentials
from app.platform.http.bodies import StrictRoute
from app.platform.http.client_address import ClientAddress
from app.platform.http.problems import problems

RefreshTokenText = Annotated[str, Field(max_length=1000)]


class RefreshRequest(BaseModel):
    """Refresh token of a login or of a previous refresh."""

    model_config = ConfigDict(extra="forbid")

    refresh_token: RefreshTokenText


class TokenOutput(BaseModel):
    """Pair of tokens; `expires_in` is the lifetime of the access token in seconds."""

    access_token: str
    refresh_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 (a scheme, no secret)
    expires_in: int

    @classmethod
    def of(cls, pair: TokenPair) -> "TokenOutput":
        return cls(
            access_token=pair.access_token,
            refresh_token=pair.refresh_token,
            expires_in=int(pair.expires_in.total_seconds()),
        )


def token_router(tokens: TokenAuthentication) -> APIRouter:
    """Return the routes; each calls one use case."""
    router = APIRouter(
        route_class=StrictRoute, prefix="/api/v1/auth", tags=["auth"], responses=problems(422)
    )

    @router.post("/login", responses=problems(401, 429))
    async def login(address: ClientAddress, body: Credentials) -> TokenOutput:
        """Exchange email and password for a pair of tokens."""
        pair = await tokens.login(body.email, body.password.get_secret_value(), address)
        return TokenOutput.of(pair)

    @router.post("/refresh", responses=problems(401))
    async def refresh(body: RefreshRequest) -> TokenOutput:
        """Exchange a refresh token, which is valid for one use, for a new pair."""
        return TokenOutput.of(await tokens.refresh(body.refresh_token))

    @router.post("/logout", status_code=204)
    async def logout(body: RefreshRequest) -> None:
        """End the session of the refresh token."""
        await tokens.logout(body.refresh_token)

    return router
