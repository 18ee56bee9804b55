"""Routes of API keys."""

import datetime as dt
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from app.kernel.paging import Page
from app.modules.identity.application.api_keys import ApiKeyDetails, ApiKeys
from app.modules.identity.domain.api_key import ApiKey
from app.modules.identity.domain.user import User
from app.modules.identity.presentation.users import UserOutput
from app.platform.auth.caller import Caller
from app.platform.http.bodies import StrictRoute
from app.platform.http.fields import Email, Instant, ShortText
from app.platform.http.paging import DEFAULT_LIMIT, Cursor, PageLimit, PageOutput
from app.platform.http.problems import problems

Scope = Annotated[
    str,
    Field(max_length=100, pattern=r"^(\*|[a-z][a-z0-9_-]*):(read|write|delete|manage)$"),
]


class UserInput(BaseModel):
    """Email of a new user who can own keys."""

    model_config = ConfigDict(extra="forbid")

    email: Email


class ApiKeyInput(BaseModel):
    """Owner, name and limits of a key; without `scopes`, it has all rights of its owner."""

    model_config = ConfigDict(extra="forbid")

    user_id: UUID
    name: ShortText
    scopes: Annotated[list[Scope], Field(min_length=1, max_length=100)] | None = None
    expires_at: Instant | None = None

    def details(self) -> ApiKeyDetails:
        scopes = None if self.scopes is None else frozenset(self.scopes)
        return ApiKeyDetails(
            user_id=self.user_id, name=self.name, scopes=scopes, expires_at=self.expires_at
        )


def _sorted(scopes: frozenset[str] | None) -> list[str] | None:
    return None if scopes is None else sorted(scopes)


class ApiKeyOutput(BaseModel):
    """Key without its secret; the `prefix` identifies the text of the key."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    user_id: UUID
    name: str
    prefix: str
    scopes: Annotated[list[str] | None, BeforeValidator(_sorted)]
    created_at: dt.datetime
    expires_at: dt.datetime | None
    last_used_at: dt.datetime | None
    revoked_at: dt.datetime | None


class CreatedApiKeyOutput(BaseModel):
    """New key; its text, `key`, is shown only once."""

    key: str
    details: ApiKeyOutput


class ApiKeyPage(PageOutput[ApiKeyOutput]):
    """Page of keys, and the cursor of the next page."""


def api_key_router(keys: ApiKeys) -> APIRouter:
    """Return the routes; each calls one use case."""
    router = APIRouter(route_class=StrictRoute, prefix="/api/v1", responses=problems(401, 403, 422))

    @router.post(
        "/users",
        tags=["users"],
        status_code=201,
        response_model=UserOutput,
        responses=problems(409),
    )
    async def create_user(caller: Caller, body: UserInput, response: Response) -> User:
        """Create a user who can own keys."""
        user = await keys.create_user(caller, body.email)
        response.headers["Location"] = f"/api/v1/users/{user.id}"
        return user

    @router.post("/api-keys", tags=["api keys"], status_code=201, responses=problems(404))
    async def create(caller: Caller, body: ApiKeyInput) -> CreatedApiKeyOutput:
        """Create a key for a user; only this response contains its text."""
        created = await keys.create(caller, body.details())
        return CreatedApiKeyOutput(
            key=created.text, details=ApiKeyOutput.model_validate(created.key)
        )

    @router.get("/api-keys", tags=["api keys"], response_model=ApiKeyPage)
    async def browse(
        caller: Caller, cursor: Cursor = None, limit: PageLimit = DEFAULT_LIMIT
    ) -> Page[ApiKey]:
        """Read keys in the order of their creation."""
        return await keys.page(caller, limit, cursor)

    @router.delete(
        "/api-keys/{key_id}", tags=["api keys"], status_code=204, responses=problems(404)
    )
    async def revoke(caller: Caller, key_id: UUID) -> None:
        """Revoke a key; it is refused from now on."""
        await keys.revoke(caller, key_id)

    return router
