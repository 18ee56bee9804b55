"""Routes of accounts with a password."""

from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr

from app.modules.identity.application.password_accounts import PasswordAccounts
from app.modules.identity.domain.password import MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH
from app.modules.identity.domain.user import User
from app.modules.identity.presentation.users import Profile, UserOutput
from app.platform.auth.caller import Caller
from app.platform.http.bodies import StrictRoute
from app.platform.http.client_address import ClientAddress
from app.platform.http.fields import Email
from app.platform.http.problems import problems


def _encodable(password: SecretStr) -> SecretStr:
    """Refuse unpaired surrogates, which JSON can spell but UTF-8 cannot encode."""
    try:
        password.get_secret_value().encode()
    except UnicodeEncodeError as error:
        raise ValueError("The password contains an invalid character.") from error
    return password


Password = Annotated[SecretStr, Field(max_length=MAX_PASSWORD_LENGTH), AfterValidator(_encodable)]
NewPassword = Annotated[
    SecretStr,
    Field(min_length=MIN_PASSWORD_LENGTH, max_length=MAX_PASSWORD_LENGTH),
    AfterValidator(_encodable),
]


class Registration(BaseModel):
    """Email and password of a new account."""

    model_config = ConfigDict(extra="forbid")

    email: Email
    password: NewPassword


class Credentials(BaseModel):
    """Email and password of a login."""

    model_config = ConfigDict(extra="forbid")

    email: Email
    password: Password


class PasswordChange(BaseModel):
    """New password, with the one that it replaces."""

    model_config = ConfigDict(extra="forbid")

    current_password: Password
    new_password: NewPassword


def password_account_router(accounts: PasswordAccounts) -> APIRouter:
    """Return the routes; each calls one use case."""
    router = APIRouter(route_class=StrictRoute, prefix="/api/v1", responses=problems(422))

    @router.post(
        "/auth/register",
        tags=["auth"],
        status_code=201,
        response_model=Profile,
        responses=problems(403),
    )
    async def register(body: Registration) -> User:
        """Create an account. The response does not reveal whether the email is taken."""
        return await accounts.register(body.email, body.password.get_secret_value())

    @router.put(
        "/auth/password",
        tags=["auth"],
        status_code=204,
        responses=problems(401, 429),
    )
    async def change_password(caller: Caller, address: ClientAddress, body: PasswordChange) -> None:
        """Change the caller's password and end all their logins."""
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
        """Create an account for another user."""
        user = await accounts.create(caller, body.email, body.password.get_secret_value())
        response.headers["Location"] = f"/api/v1/users/{user.id}"
        return user

    return router
