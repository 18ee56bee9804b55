"""Managing people."""

from uuid import UUID

from app.kernel.access import AccessPolicy, Action, Principal, Role
from app.kernel.errors import NotFound
from app.kernel.events import EventBus
from app.kernel.paging import Page
from app.kernel.ports import Clock, IdGenerator, Transaction
from app.modules.identity.application.ports import (
    Passwords,
    RefreshTokenRepository,
    UserRepository,
)
from app.modules.identity.domain.events import UserDeleted
from app.modules.identity.domain.user import User, check_password, normalized_email

KIND = "users"


class UserAdministration:
    """The use cases of administrators, and of the operator at the command line."""

    def __init__(
        self,
        users: UserRepository,
        refresh_tokens: RefreshTokenRepository,
        *,
        access: AccessPolicy,
        events: EventBus,
        passwords: Passwords,
        clock: Clock,
        new_id: IdGenerator,
        transaction: Transaction,
    ) -> None:
        self._users = users
        self._refresh_tokens = refresh_tokens
        self._access = access
        self._events = events
        self._passwords = passwords
        self._clock = clock
        self._new_id = new_id
        self._transaction = transaction

    async def page(self, caller: Principal, limit: int, after: UUID | None) -> Page[User]:
        self._access.require(caller, Action.MANAGE, KIND)
        return await self._users.page(limit, after)

    async def get(self, caller: Principal, user_id: UUID) -> User:
        self._access.require(caller, Action.MANAGE, KIND)
        return _existing(await self._users.get(user_id))

    async def change_role(self, caller: Principal, user_id: UUID, role: Role) -> User:
        self._access.require(caller, Action.MANAGE, KIND)
        async with self._transaction():
            user = _existing(await self._users.get_to_change(user_id))
            changed = user.with_role(role, caller.id)
            await self._users.replace(changed)
        return changed

    async def delete(self, caller: Principal, user_id: UUID) -> None:
        self._access.require(caller, Action.MANAGE, KIND)
        async with self._transaction():
            user = _existing(await self._users.get_to_change(user_id))
            user.check_deletion(caller.id)
            await self._refresh_tokens.remove_of_user(user.id)
            await self._users.remove(user.id)
            await self._events.publish(UserDeleted(user.id, deleted_by=caller.id))

    async def appoint(self, email: str, password: str, role: Role) -> User:
        """Register somebody with a role; who is there already gets the role and the password.

        For the operator: nobody's rights are checked.
        """
        check_password(password)
        password_hash = await self._passwords.hash(password)
        async with self._transaction():
            known = await self._users.find(normalized_email(email))
            user = User(
                id=known.id if known else self._new_id(),
                email=normalized_email(email),
                password_hash=password_hash,
                role=role,
                created_at=known.created_at if known else self._clock(),
            )
            if known:
                await self._refresh_tokens.remove_of_user(user.id)
                await self._users.replace(user)
            else:
                await self._users.add(user)
        return user


def _existing(found: User | None) -> User:
    if found is None:
        raise NotFound("There is no such user.")
    return found
