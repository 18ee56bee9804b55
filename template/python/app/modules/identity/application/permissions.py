"""Granting permissions, and knowing what callers were granted."""

from dataclasses import replace
from typing import Protocol
from uuid import UUID

from app.kernel.access import AccessPolicy, Action, Principal
from app.kernel.ports import Transaction
from app.modules.identity.application.user_administration import RESOURCE, UserAdministration


class PermissionRepository(Protocol):
    """Where it is kept what each user was granted."""

    async def of_user(self, user_id: UUID) -> frozenset[str]: ...

    async def put(self, user_id: UUID, permissions: frozenset[str]) -> None:
        """Keep these as all that the user has."""

    async def delete_for_user(self, user_id: UUID) -> None: ...


class Authenticator(Protocol):
    """Knows whose a credential of identity is."""

    async def authenticate(self, credential: str) -> Principal: ...


class Permissions:
    """The use cases of administrators who grant permissions, and of who has some."""

    def __init__(
        self,
        granted: PermissionRepository,
        *,
        authenticator: Authenticator,
        administration: UserAdministration,
        access: AccessPolicy,
        transaction: Transaction,
    ) -> None:
        self._granted = granted
        self._authenticator = authenticator
        self._administration = administration
        self._access = access
        self._transaction = transaction

    async def authenticate(self, credential: str) -> Principal:
        """Whose a credential of identity is, with the permissions they have now."""
        caller = await self._authenticator.authenticate(credential)
        return replace(caller, permissions=await self._granted.of_user(caller.id))

    async def get(self, caller: Principal, user_id: UUID) -> frozenset[str]:
        await self._administration.get(caller, user_id)
        return await self._granted.of_user(user_id)

    async def grant(
        self, caller: Principal, user_id: UUID, permissions: frozenset[str]
    ) -> frozenset[str]:
        """Let a user have these permissions and no other."""
        self._access.require(caller, Action.MANAGE, RESOURCE)
        async with self._transaction():
            await self._administration.get(caller, user_id)
            await self._granted.put(user_id, permissions)
        return permissions
