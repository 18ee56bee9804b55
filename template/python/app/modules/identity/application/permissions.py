"""Permissions of users: administrators grant them, and authentication adds them to callers."""

from dataclasses import dataclass, replace
from typing import Protocol
from uuid import UUID

from app.kernel.access import AccessPolicy, Action, Authenticator, Principal
from app.kernel.ports import Transaction
from app.modules.identity.application.ports import CredentialRepository
from app.modules.identity.application.user_management import RESOURCE, UserManagement


class PermissionRepository(CredentialRepository, Protocol):
    """Repository of the permissions of users."""

    async def of_user(self, user_id: UUID) -> frozenset[str]: ...

    async def put(self, user_id: UUID, permissions: frozenset[str]) -> None:
        """Replace all permissions of a user."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UserPermissions:
    """Use cases of administrators who grant permissions, and authentication of their holders."""

    permissions: PermissionRepository
    authenticator: Authenticator
    management: UserManagement
    access: AccessPolicy
    transaction: Transaction

    async def authenticate(self, credential: str) -> Principal:
        """Return the owner of `credential` with their current permissions."""
        caller = await self.authenticator.authenticate(credential)
        return replace(caller, permissions=await self.permissions.of_user(caller.id))

    async def get(self, caller: Principal, user_id: UUID) -> frozenset[str]:
        await self.management.get(caller, user_id)
        return await self.permissions.of_user(user_id)

    async def grant(
        self, caller: Principal, user_id: UUID, permissions: frozenset[str]
    ) -> frozenset[str]:
        """Replace all permissions of a user."""
        self.access.require(caller, Action.MANAGE, RESOURCE)
        async with self.transaction():
            await self.management.get(caller, user_id)
            await self.permissions.put(user_id, permissions)
        return permissions
