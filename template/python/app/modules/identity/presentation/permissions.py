"""Routes of permissions."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from app.modules.identity.application.permissions import UserPermissions
from app.platform.auth.caller import Caller
from app.platform.http.bodies import StrictRoute
from app.platform.http.problems import problems

Permission = Annotated[
    str,
    Field(max_length=100, pattern=r"^(\*|[a-z][a-z0-9_-]*):(read|write|delete|manage)$"),
]


class PermissionSet(BaseModel):
    """All permissions of a user, such as `products:write`, or `*:read` for every resource."""

    model_config = ConfigDict(extra="forbid")

    permissions: Annotated[list[Permission], Field(max_length=1000)]

    @classmethod
    def of(cls, permissions: frozenset[str]) -> "PermissionSet":
        return cls(permissions=sorted(permissions))


def permission_router(permissions: UserPermissions) -> APIRouter:
    """Return the routes; each calls one use case."""
    router = APIRouter(route_class=StrictRoute, prefix="/api/v1", responses=problems(401))

    @router.get("/me/permissions", tags=["auth"])
    async def mine(caller: Caller) -> PermissionSet:
        """Read the caller's permissions."""
        return PermissionSet.of(caller.permissions)

    @router.get("/users/{user_id}/permissions", tags=["users"], responses=problems(403, 404, 422))
    async def read_permissions(caller: Caller, user_id: UUID) -> PermissionSet:
        """Read a user's permissions."""
        return PermissionSet.of(await permissions.get(caller, user_id))

    @router.put("/users/{user_id}/permissions", tags=["users"], responses=problems(403, 404, 422))
    async def grant(caller: Caller, user_id: UUID, body: PermissionSet) -> PermissionSet:
        """Replace all permissions of a user."""
        granted = await permissions.grant(caller, user_id, frozenset(body.permissions))
        return PermissionSet.of(granted)

    return router
