"""Oneself, and managing people, over HTTP."""

import datetime as dt
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from app.kernel.paging import Page
from app.modules.identity.application.user_administration import UserAdministration
from app.modules.identity.domain.user import User
from app.platform.auth.caller import Caller
from app.platform.authorization import Role
from app.platform.http.bodies import StrictRoute
from app.platform.http.paging import DEFAULT_LIMIT, Cursor, PageLimit, PageOutput
from app.platform.http.problems import problems


class Profile(BaseModel):
    """A user, as they see themself."""

    id: UUID
    email: str
    role: Role


class RoleChange(BaseModel):
    """The role that somebody is to have."""

    model_config = ConfigDict(extra="forbid")

    role: Role


class UserOutput(BaseModel):
    """A user, as an administrator sees them."""

    id: UUID
    email: str
    role: Role
    created_at: dt.datetime


class UserPage(PageOutput[UserOutput]):
    """Some users, and where the next ones are."""


def me_router(administration: UserAdministration) -> APIRouter:
    """The route for who wants to know who they are."""
    router = APIRouter(prefix="/api/v1", tags=["auth"])

    @router.get("/me", response_model=Profile, responses=problems(401))
    async def me(caller: Caller) -> User:
        """Who the caller is."""
        return await administration.me(caller)

    return router


def user_router(administration: UserAdministration) -> APIRouter:
    """The routes; each of them asks one use case."""
    router = APIRouter(
        route_class=StrictRoute,
        prefix="/api/v1/users",
        tags=["users"],
        responses=problems(401, 403, 422),
    )

    @router.get("", response_model=UserPage)
    async def browse(
        caller: Caller, cursor: Cursor = None, limit: PageLimit = DEFAULT_LIMIT
    ) -> Page[User]:
        """Read users in the order they came."""
        return await administration.page(caller, limit, cursor)

    @router.get("/{user_id}", response_model=UserOutput, responses=problems(404))
    async def read(caller: Caller, user_id: UUID) -> User:
        """Read a user."""
        return await administration.get(caller, user_id)

    @router.put("/{user_id}/role", response_model=UserOutput, responses=problems(404, 409))
    async def change_role(caller: Caller, user_id: UUID, body: RoleChange) -> User:
        """Give a user a role; nobody changes their own."""
        return await administration.change_role(caller, user_id, body.role)

    @router.delete("/{user_id}", status_code=204, responses=problems(404, 409))
    async def delete(caller: Caller, user_id: UUID) -> None:
        """Delete a user; what they owned goes to the caller."""
        await administration.delete(caller, user_id)

    return router
