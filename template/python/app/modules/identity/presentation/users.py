"""Routes of the caller's own profile, and of user management."""

import datetime as dt
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from app.kernel.paging import Page
from app.modules.identity.application.user_management import UserManagement
from app.modules.identity.domain.user import User
from app.platform.auth.caller import Caller
from app.platform.authorization import Role
from app.platform.http.bodies import StrictRoute
from app.platform.http.paging import DEFAULT_LIMIT, Cursor, PageLimit, PageOutput
from app.platform.http.problems import problems


class Profile(BaseModel):
    """User as seen by themselves."""

    id: UUID
    email: str
    role: Role


class RoleChange(BaseModel):
    """New role of a user."""

    model_config = ConfigDict(extra="forbid")

    role: Role


class UserOutput(BaseModel):
    """User as seen by administrators."""

    id: UUID
    email: str
    role: Role
    created_at: dt.datetime


class UserPage(PageOutput[UserOutput]):
    """Page of users, and the cursor of the next page."""


def me_router(management: UserManagement) -> APIRouter:
    """Return the route of the caller's profile."""
    router = APIRouter(prefix="/api/v1", tags=["auth"])

    @router.get("/me", response_model=Profile, responses=problems(401))
    async def me(caller: Caller) -> User:
        """Read the caller's profile."""
        return await management.me(caller)

    return router


def user_router(management: UserManagement) -> APIRouter:
    """Return the routes; each calls one use case."""
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
        """Read users in the order of their creation."""
        return await management.page(caller, limit, cursor)

    @router.get("/{user_id}", response_model=UserOutput, responses=problems(404))
    async def read(caller: Caller, user_id: UUID) -> User:
        """Read a user."""
        return await management.get(caller, user_id)

    @router.put("/{user_id}/role", response_model=UserOutput, responses=problems(404, 409))
    async def change_role(caller: Caller, user_id: UUID, body: RoleChange) -> User:
        """Change a user's role; callers cannot change their own."""
        return await management.change_role(caller, user_id, body.role)

    @router.delete("/{user_id}", status_code=204, responses=problems(404, 409))
    async def delete(caller: Caller, user_id: UUID) -> None:
        """Delete a user; the caller becomes the owner of their entities."""
        await management.delete(caller, user_id)

    return router
