"""API keys: creation and revocation by administrators, and authentication of callers."""

import datetime as dt
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from app.kernel.access import AccessPolicy, Action, Principal, Role
from app.kernel.errors import NotAllowed, NotAuthenticated, NotFound
from app.kernel.paging import Page
from app.kernel.ports import Clock, IdGenerator, Transaction
from app.modules.identity.application.ports import CredentialRepository, UserRepository
from app.modules.identity.application.user_management import RESOURCE as USERS
from app.modules.identity.application.user_management import UserManagement
from app.modules.identity.domain.api_key import ApiKey, split_key
from app.modules.identity.domain.user import User

RESOURCE = "api-keys"


class ApiKeyRepository(CredentialRepository, Protocol):
    """Repository of API keys."""

    async def add(self, key: ApiKey) -> None: ...

    async def get(self, key_id: UUID) -> ApiKey | None: ...

    async def find(self, prefix: str) -> tuple[ApiKey, User] | None:
        """Return the key with this prefix and its owner."""

    async def page(self, limit: int, after: UUID | None) -> Page[ApiKey]: ...

    async def replace(self, key: ApiKey) -> None: ...

    async def record_use(self, key_id: UUID, at: dt.datetime) -> None: ...


@dataclass(frozen=True, slots=True)
class CreatedApiKey:
    """New API key; `text` is shown only once."""

    key: ApiKey
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKeyDetails:
    """Owner, name and limits of a key; without `scopes`, it has all rights of its owner."""

    user_id: UUID
    name: str
    scopes: frozenset[str] | None = None
    expires_at: dt.datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKeys:
    """Use cases of administrators who manage API keys, and of programs that use them."""

    keys: ApiKeyRepository
    users: UserRepository
    management: UserManagement
    default_role: Role
    access: AccessPolicy
    clock: Clock
    new_id: IdGenerator
    transaction: Transaction

    async def create_user(self, caller: Principal, email: str) -> User:
        """Create a user who can own keys; raise `Conflict` if the email is taken."""
        self.access.require(caller, Action.MANAGE, USERS)
        role = self.default_role
        user = User.new(id=self.new_id(), email=email, role=role, now=self.clock())
        await self.users.add(user)
        return user

    async def create(self, caller: Principal, details: ApiKeyDetails) -> CreatedApiKey:
        self.access.require(caller, Action.MANAGE, RESOURCE)
        if caller.scopes is not None and (details.scopes is None or details.scopes - caller.scopes):
            raise NotAllowed("A key with scopes creates keys only within its own scopes.")
        async with self.transaction():
            if await self.users.get_for_update(details.user_id) is None:
                raise NotFound("There is no such user.")
            return await self._create(details)

    async def page(self, caller: Principal, limit: int, after: UUID | None) -> Page[ApiKey]:
        self.access.require(caller, Action.MANAGE, RESOURCE)
        return await self.keys.page(limit, after)

    async def revoke(self, caller: Principal, key_id: UUID) -> None:
        """Revoke a key; it remains in the list."""
        self.access.require(caller, Action.MANAGE, RESOURCE)
        key = await self.keys.get(key_id)
        if key is None:
            raise NotFound("There is no such key.")
        await self.keys.replace(key.revoked(self.clock()))

    async def authenticate(self, credential: str) -> Principal:
        """Return the owner of a key with their current role and the key's scopes."""
        now = self.clock()
        parts = split_key(credential)
        found = await self.keys.find(parts[0]) if parts else None
        if parts is None or found is None or not found[0].accepts(parts[1], now):
            raise NotAuthenticated("There is no such key, or it has expired or been revoked.")
        key, user = found
        if key.should_record_use(now):
            await self.keys.record_use(key.id, now)
        return Principal(user.id, user.role, scopes=key.scopes)

    async def assign_role(self, email: str, role: Role) -> CreatedApiKey:
        """Assign a role and a new key to the user with this email, who is created if unknown.

        For the operator: no rights are checked.
        """
        async with self.transaction():
            user = await self.management.assign_role(email, role)
            return await self._create(ApiKeyDetails(user_id=user.id, name="from the command line"))

    async def _create(self, details: ApiKeyDetails) -> CreatedApiKey:
        key, text = ApiKey.new(
            id=self.new_id(),
            user_id=details.user_id,
            name=details.name,
            scopes=details.scopes,
            expires_at=details.expires_at,
            now=self.clock(),
        )
        await self.keys.add(key)
        return CreatedApiKey(key, text)
