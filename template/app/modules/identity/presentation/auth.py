"""Registering, logging in and out, over HTTP."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from app.kernel.access import Role
from app.modules.identity.application.accounts import Accounts, Tokens
from app.modules.identity.domain.user import MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH, User
from app.platform.auth.caller import Caller
from app.platform.http.fields import Email
from app.platform.http.problems import problems

NewPassword = Annotated[
    SecretStr, Field(min_length=MIN_PASSWORD_LENGTH, max_length=MAX_PASSWORD_LENGTH)
]
RefreshTokenText = Annotated[str, Field(max_length=1000)]


class Registration(BaseModel):
    """Who wants to register."""

    model_config = ConfigDict(extra="forbid")

    email: Email
    password: NewPassword


class Credentials(BaseModel):
    """Who wants to log in."""

    model_config = ConfigDict(extra="forbid")

    email: Email
    password: Annotated[SecretStr, Field(max_length=MAX_PASSWORD_LENGTH)]


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


class Profile(BaseModel):
    """A user, as they see themself."""

    id: UUID
    email: str
    role: Role


def auth_router(accounts: Accounts) -> APIRouter:
    """The routes; each of them asks one use case."""
    router = APIRouter(prefix="/api/v1", tags=["auth"], responses=problems(422))

    @router.post(
        "/auth/register",
        status_code=201,
        response_model=Profile,
        responses=problems(409),
    )
    async def register(body: Registration) -> User:
        """Register; a newcomer may only read."""
        return await accounts.register(body.email, body.password.get_secret_value())

    @router.post("/auth/login", responses=problems(401))
    async def login(body: Credentials) -> TokenPair:
        """Exchange email and password for a pair of tokens."""
        tokens = await accounts.login(body.email, body.password.get_secret_value())
        return TokenPair.of(tokens)

    @router.post("/auth/refresh", responses=problems(401))
    async def refresh(body: RefreshRequest) -> TokenPair:
        """Exchange a refresh token for a new pair; each is good for one use."""
        return TokenPair.of(await accounts.refresh(body.refresh_token))

    @router.post("/auth/logout", status_code=204)
    async def logout(body: RefreshRequest) -> None:
        """End the session that the refresh token belongs to."""
        await accounts.logout(body.refresh_token)

    @router.get("/me", response_model=Profile, responses=problems(401))
    async def me(caller: Caller) -> User:
        """Who the caller is."""
        return await accounts.me(caller)

    return router
