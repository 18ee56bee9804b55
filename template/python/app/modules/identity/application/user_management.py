"""User management by administrators, and by the operator at the command line."""

from dataclasses import dataclass
from uuid import UUID

from app.kernel.access import AccessPolicy, Action, Principal, Role
from app.kernel.errors import NotAuthenticated, NotFound
from app.kernel.events import EventBus
from app.kernel.paging import Page
from app.kernel.ports import Clock, IdGenerator, Transaction
from app.modules.identity.application.ports import UserRepository
from app.modules.identity.domain.events import UserDeleted
from app.modules.identity.domain.user import User, normalized_email

RESOURCE = "users"


@dataclass(frozen=True, slots=True, kw_only=True)
class UserManagement:
    """Use cases of administrators who manage users."""

    users: UserRepository
    access: AccessPolicy
    events: EventBus
    clock: Clock
    new_id: IdGenerator
    transaction: Transaction

    async def me(self, caller: Principal) -> User:
        """Return the user who calls."""
        user = await self.users.get(caller.id)
        if user is None:
            raise NotAuthenticated("This user no longer exists.")
        return user

    async def page(self, caller: Principal, limit: int, after: UUID | None) -> Page[User]:
        self.access.require(caller, Action.MANAGE, RESOURCE)
        return await self.users.page(limit, after)

    async def get(self, caller: Principal, user_id: UUID) -> User:
        self.access.require(caller, Action.MANAGE, RESOURCE)
        return _existing(await self.users.get(user_id))

    async def change_role(self, caller: Principal, user_id: UUID, role: Role) -> User:
        self.access.require(caller, Action.MANAGE, RESOURCE)
        async with self.transaction():
            user = _existing(await self.users.get_for_update(user_id))
            changed = user.with_role(role, changed_by=caller.id)
            await self.users.replace(changed)
        return changed

    async def delete(self, caller: Principal, user_id: UUID) -> None:
        self.access.require(caller, Action.MANAGE, RESOURCE)
        async with self.transaction():
            user = _existing(await self.users.get_for_update(user_id))
            user.check_deletion(caller.id)
            await self.users.remove(user.id)
            await self.events.publish(UserDeleted(user.id, deleted_by=caller.id))

    async def assign_role(self, email: str, role: Role) -> User:
        """Assign a role to the user with this email, who is created if unknown.

        For the operator: no rights are checked.
        """
        async with self.transaction():
            known = await self.users.find(normalized_email(email))
            if known is None:
                user = User.new(id=self.new_id(), email=email, role=role, now=self.clock())
                await self.users.add(user)
                return user
            user = known.with_role(role)
            await self.users.replace(user)
            return user


def _existing(found: User | None) -> User:
    if found is None:
        raise NotFound("There is no such user.")
    return found
