"""Registering, and changing one's password, over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr

from app.modules.identity.application.accounts import Accounts
from app.modules.identity.domain.password import MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH
from app.modules.identity.domain.user import User
from app.modules.identity.presentation.users import Profile, UserOutput
from app.platform.auth.caller import Caller
from app.platform.http.bodies import StrictRoute
from app.platform.http.client_address import ClientAddress
from app.platform.http.fields import Email
from app.platform.http.problems import problems


def _text(password: SecretStr) -> SecretStr:
    """JSON can spell half of a character, which is no text and has no hash."""
    try:
        password.get_secret_value().encode()
    except UnicodeEncodeError as error:
        raise ValueError("This is no text.") from error
    return password


Password = Annotated[SecretStr, Field(max_length=MAX_PASSWORD_LENGTH), AfterValidator(_text)]
NewPassword = Annotated[
    SecretStr,
    Field(min_length=MIN_PASSWORD_LENGTH, max_length=MAX_PASSWORD_LENGTH),
    AfterValidator(_text),
]


class Registration(BaseModel):
    """Who wants to register."""

    model_config = ConfigDict(extra="forbid")

    email: Email
    password: NewPassword


class Credentials(BaseModel):
    """Who wants to log in."""

    model_config = ConfigDict(extra="forbid")

    email: Email
    password: Password


class PasswordChange(BaseModel):
    """A new password, from somebody who knows the one that it replaces."""

    model_config = ConfigDict(extra="forbid")

    current_password: Password
    new_password: NewPassword


def account_router(accounts: Accounts) -> APIRouter:
    """The routes; each of them asks one use case."""
    router = APIRouter(route_class=StrictRoute, prefix="/api/v1", responses=problems(422))

    @router.post(
        "/auth/register",
        tags=["auth"],
        status_code=201,
        response_model=Profile,
        responses=problems(403),
    )
    async def register(body: Registration) -> User:
        """Register. The answer is the same if somebody has the email already."""
        return await accounts.register(body.email, body.password.get_secret_value())

    @router.put(
        "/auth/password",
        tags=["auth"],
        status_code=204,
        responses=problems(401, 429),
    )
    async def change_password(caller: Caller, address: ClientAddress, body: PasswordChange) -> None:
        """Change one's password; it ends all one's logins."""
        await accounts.change_password(
            caller,
            body.current_password.get_secret_value(),
            body.new_password.get_secret_value(),
            address,
        )

    @router.post(
        "/users",
        tags=["users"],
        status_code=201,
        response_model=UserOutput,
        responses=problems(401, 403, 409),
    )
    async def create(caller: Caller, body: Registration, response: Response) -> User:
        """Register somebody else."""
        user = await accounts.create(caller, body.email, body.password.get_secret_value())
        response.headers["Location"] = f"/api/v1/users/{user.id}"
        return user

    return router
