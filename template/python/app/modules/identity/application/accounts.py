"""Registering, proving who one is by a password, and changing it."""

import secrets
from contextlib import suppress
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from app.kernel.access import AccessPolicy, Action, Principal, Role
from app.kernel.errors import Conflict, NotAllowed, NotAuthenticated, RuleViolation
from app.kernel.ports import Clock, IdGenerator, Transaction
from app.modules.identity.application.login_throttle import LoginThrottle
from app.modules.identity.application.ports import CredentialRepository, UserRepository
from app.modules.identity.application.user_administration import RESOURCE, UserAdministration
from app.modules.identity.domain.password import check_password
from app.modules.identity.domain.user import User, normalized_email


class Registration(StrEnum):
    """Who registers people."""

    OPEN = "open"
    ADMIN = "admin"


class Passwords(Protocol):
    """Hashes passwords, and knows those that were stolen elsewhere."""

    async def hash(self, password: str) -> str: ...

    async def matches(self, password: str, password_hash: str) -> bool: ...

    def is_breached(self, password: str) -> bool: ...


class PasswordRepository(Protocol):
    """Where the hashes of passwords are kept."""

    async def get(self, user_id: UUID) -> str | None: ...

    async def put(self, user_id: UUID, password_hash: str) -> None:
        """Keep the hash of a user's password, instead of the one before if there is one."""


class Accounts:
    """The use cases of people who come to the service with an email and a password."""

    def __init__(
        self,
        users: UserRepository,
        password_hashes: PasswordRepository,
        logins: CredentialRepository,
        *,
        administration: UserAdministration,
        passwords: Passwords,
        throttle: LoginThrottle,
        registration: Registration,
        default_role: Role,
        access: AccessPolicy,
        clock: Clock,
        new_id: IdGenerator,
        transaction: Transaction,
    ) -> None:
        self._users = users
        self._password_hashes = password_hashes
        self._logins = logins
        self._administration = administration
        self._passwords = passwords
        self._guard = throttle
        self._registration = registration
        self._default_role = default_role
        self._access = access
        self._clock = clock
        self._new_id = new_id
        self._transaction = transaction
        self._hash_of_nobody: str | None = None

    async def register(self, email: str, password: str) -> User:
        """Register somebody, or act as if: a stranger must not learn who has registered."""
        if self._registration == Registration.ADMIN:
            raise NotAllowed("Only administrators register people here; ask one.")
        password_hash = await self._hash(email, password)
        user = self._new_user(email)
        with suppress(Conflict):
            await self._add(user, password_hash)
        return user

    async def create(self, caller: Principal, email: str, password: str) -> User:
        """Register somebody else; `Conflict` if they are registered already."""
        self._access.require(caller, Action.MANAGE, RESOURCE)
        password_hash = await self._hash(email, password)
        user = self._new_user(email)
        await self._add(user, password_hash)
        return user

    async def authenticate(self, email: str, password: str, address: str) -> User:
        """Whose email and password these are; `address` is where they come from."""
        async with self._guard.attempt(normalized_email(email), address):
            user = await self._users.find(normalized_email(email))
            known_hash = await self._password_hashes.get(user.id) if user else None
            # An unknown email takes as long as a wrong password, or the time would tell.
            matches = await self._passwords.matches(
                password, known_hash or await self._unmatched_hash()
            )
            if user is None or known_hash is None or not matches:
                raise NotAuthenticated("The email or the password is wrong.")
        return user

    async def change_password(
        self, caller: Principal, current: str, new: str, address: str
    ) -> None:
        """Give the caller a new password, and end all their logins."""
        user = await self._administration.me(caller)
        try:
            await self.authenticate(user.email, current, address)
        except NotAuthenticated as error:
            raise RuleViolation("The current password is wrong.") from error
        await self._set(user, await self._hash(user.email, new))

    async def assign_role(self, email: str, password: str, role: Role) -> User:
        """Give somebody a role and a password, registered before or not.

        For the operator: nobody's rights are checked.
        """
        password_hash = await self._hash(email, password)
        async with self._transaction():
            user = await self._administration.assign_role(email, role)
            await self._set(user, password_hash)
        return user

    def _new_user(self, email: str) -> User:
        role = self._default_role
        return User.new(id=self._new_id(), email=email, role=role, now=self._clock())

    async def _hash(self, email: str, password: str) -> str:
        check_password(password, email, breached=self._passwords.is_breached(password))
        return await self._passwords.hash(password)

    async def _add(self, user: User, password_hash: str) -> None:
        async with self._transaction():
            await self._users.add(user)
            await self._password_hashes.put(user.id, password_hash)

    async def _set(self, user: User, password_hash: str) -> None:
        async with self._transaction():
            await self._password_hashes.put(user.id, password_hash)
            await self._logins.delete_for_user(user.id)

    async def _unmatched_hash(self) -> str:
        if self._hash_of_nobody is None:
            self._hash_of_nobody = await self._passwords.hash(secrets.token_urlsafe())
        return self._hash_of_nobody
