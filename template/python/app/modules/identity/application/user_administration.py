"""Managing people."""

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


class UserAdministration:
    """The use cases of administrators, and of the operator at the command line."""

    def __init__(
        self,
        users: UserRepository,
        *,
        access: AccessPolicy,
        events: EventBus,
        clock: Clock,
        new_id: IdGenerator,
        transaction: Transaction,
    ) -> None:
        self._users = users
        self._access = access
        self._events = events
        self._clock = clock
        self._new_id = new_id
        self._transaction = transaction

    async def me(self, caller: Principal) -> User:
        user = await self._users.get(caller.id)
        if user is None:
            raise NotAuthenticated("There is no such user any more.")
        return user

    async def page(self, caller: Principal, limit: int, after: UUID | None) -> Page[User]:
        self._access.require(caller, Action.MANAGE, RESOURCE)
        return await self._users.page(limit, after)

    async def get(self, caller: Principal, user_id: UUID) -> User:
        self._access.require(caller, Action.MANAGE, RESOURCE)
        return _existing(await self._users.get(user_id))

    async def change_role(self, caller: Principal, user_id: UUID, role: Role) -> User:
        self._access.require(caller, Action.MANAGE, RESOURCE)
        async with self._transaction():
            user = _existing(await self._users.get_for_update(user_id))
            changed = user.with_role(role, caller.id)
            await self._users.replace(changed)
        return changed

    async def delete(self, caller: Principal, user_id: UUID) -> None:
        self._access.require(caller, Action.MANAGE, RESOURCE)
        async with self._transaction():
            user = _existing(await self._users.get_for_update(user_id))
            user.check_deletion(caller.id)
            await self._users.remove(user.id)
            await self._events.publish(UserDeleted(user.id, deleted_by=caller.id))

    async def assign_role(self, email: str, role: Role) -> User:
        """Give somebody a role, whether the service has met them before or not.

        For the operator: nobody's rights are checked.
        """
        async with self._transaction():
            known = await self._users.find(normalized_email(email))
            if known is None:
                user = User.new(id=self._new_id(), email=email, now=self._clock(), role=role)
                await self._users.add(user)
                return user
            # `changed_by` is the operator, who is none of the users.
            user = known.with_role(role, changed_by=self._new_id())
            await self._users.replace(user)
            return user


def _existing(found: User | None) -> User:
    if found is None:
        raise NotFound("There is no such user.")
    return found
