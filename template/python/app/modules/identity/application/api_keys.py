"""Making and revoking keys, and recognising who calls with one."""

import datetime as dt
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from app.kernel.access import AccessPolicy, Action, Principal, Role
from app.kernel.errors import NotAllowed, NotAuthenticated, NotFound
from app.kernel.paging import Page
from app.kernel.ports import Clock, IdGenerator, Transaction
from app.modules.identity.application.ports import UserRepository
from app.modules.identity.application.user_administration import RESOURCE as USERS
from app.modules.identity.application.user_administration import UserAdministration
from app.modules.identity.domain.api_key import ApiKey, parts_of
from app.modules.identity.domain.user import User

RESOURCE = "api-keys"


class ApiKeyRepository(Protocol):
    """Where keys are kept."""

    async def add(self, key: ApiKey) -> None: ...

    async def get(self, key_id: UUID) -> ApiKey | None: ...

    async def find(self, prefix: str) -> tuple[ApiKey, User] | None:
        """A key and whose it is."""

    async def page(self, limit: int, after: UUID | None) -> Page[ApiKey]: ...

    async def replace(self, key: ApiKey) -> None: ...

    async def note_use(self, key_id: UUID, at: dt.datetime) -> None: ...

    async def delete_for_user(self, user_id: UUID) -> None: ...


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key that has just been made; `text` is seen this once."""

    key: ApiKey
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKeySpec:
    """What somebody wants a key for; without `scopes`, for all that its owner may do."""

    user_id: UUID
    name: str
    scopes: frozenset[str] | None = None
    expires_at: dt.datetime | None = None


class ApiKeys:
    """The use cases of administrators who give out keys, and of who calls with one."""

    def __init__(
        self,
        keys: ApiKeyRepository,
        users: UserRepository,
        *,
        administration: UserAdministration,
        default_role: Role,
        access: AccessPolicy,
        clock: Clock,
        new_id: IdGenerator,
        transaction: Transaction,
    ) -> None:
        self._keys = keys
        self._users = users
        self._administration = administration
        self._default_role = default_role
        self._access = access
        self._clock = clock
        self._new_id = new_id
        self._transaction = transaction

    async def create_owner(self, caller: Principal, email: str) -> User:
        """Make a user whom keys can belong to; `Conflict` if the email is taken."""
        self._access.require(caller, Action.MANAGE, USERS)
        role = self._default_role
        user = User.new(id=self._new_id(), email=email, role=role, now=self._clock())
        await self._users.add(user)
        return user

    async def create(self, caller: Principal, order: ApiKeySpec) -> NewKey:
        self._access.require(caller, Action.MANAGE, RESOURCE)
        if caller.scopes is not None and (order.scopes is None or order.scopes - caller.scopes):
            raise NotAllowed("A key that has scopes makes keys for these alone.")
        async with self._transaction():
            if await self._users.get_for_update(order.user_id) is None:
                raise NotFound("There is no such user.")
            return await self._create(order)

    async def page(self, caller: Principal, limit: int, after: UUID | None) -> Page[ApiKey]:
        self._access.require(caller, Action.MANAGE, RESOURCE)
        return await self._keys.page(limit, after)

    async def revoke(self, caller: Principal, key_id: UUID) -> None:
        """From now on, the key proves nothing; it stays in the list."""
        self._access.require(caller, Action.MANAGE, RESOURCE)
        key = await self._keys.get(key_id)
        if key is None:
            raise NotFound("There is no such key.")
        await self._keys.replace(key.revoked(self._clock()))

    async def authenticate(self, credential: str) -> Principal:
        """Whose key it is, with the role they have now."""
        now = self._clock()
        parts = parts_of(credential)
        found = await self._keys.find(parts[0]) if parts else None
        if parts is None or found is None or not found[0].is_proved_by(parts[1], now):
            raise NotAuthenticated("There is no such key, or it has expired or been revoked.")
        key, user = found
        if key.needs_note(now):
            await self._keys.note_use(key.id, now)
        return Principal(user.id, user.role, scopes=key.scopes)

    async def assign_role(self, email: str, role: Role) -> NewKey:
        """Give somebody a role and one more key, known before or not.

        For the operator: nobody's rights are checked.
        """
        async with self._transaction():
            user = await self._administration.assign_role(email, role)
            return await self._create(ApiKeySpec(user_id=user.id, name="from the command line"))

    async def _create(self, order: ApiKeySpec) -> NewKey:
        key, text = ApiKey.new(
            id=self._new_id(),
            user_id=order.user_id,
            name=order.name,
            scopes=order.scopes,
            expires_at=order.expires_at,
            now=self._clock(),
        )
        await self._keys.add(key)
        return NewKey(key, text)
