"""Accounts with a password: registration, verification and change of passwords."""

from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from app.kernel.access import AccessPolicy, Action, Principal, Role
from app.kernel.errors import Conflict, NotAllowed, NotAuthenticated, RuleViolation
from app.kernel.ports import Clock, IdGenerator, Transaction
from app.modules.identity.application.login_throttle import LoginThrottle
from app.modules.identity.application.ports import CredentialRepository, UserRepository
from app.modules.identity.application.user_management import RESOURCE, UserManagement
from app.modules.identity.domain.password import check_password
from app.modules.identity.domain.user import User, normalized_email


class PasswordHasher(Protocol):
    """Hashing of passwords, and recognition of breached ones."""

    async def hash(self, password: str) -> str: ...

    async def verify(self, password: str, password_hash: str | None) -> bool:
        """Return whether the password has this hash; None, for no hash, takes as long."""

    def is_breached(self, password: str) -> bool: ...


class PasswordRepository(CredentialRepository, Protocol):
    """Repository of password hashes."""

    async def get(self, user_id: UUID) -> str | None: ...

    async def put(self, user_id: UUID, password_hash: str) -> None:
        """Store the hash of a user's password instead of the previous one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordAccounts:
    """Use cases of users who log in with email and password."""

    users: UserRepository
    password_hashes: PasswordRepository
    logins: CredentialRepository
    """Sessions or tokens of users, which a change of the password ends."""
    management: UserManagement
    hasher: PasswordHasher
    throttle: LoginThrottle
    open_registration: bool
    default_role: Role
    access: AccessPolicy
    clock: Clock
    new_id: IdGenerator
    transaction: Transaction

    async def register(self, email: str, password: str) -> User:
        """Create an account; the result does not reveal whether the email is taken."""
        if not self.open_registration:
            raise NotAllowed("Only administrators create accounts; ask one.")
        password_hash = await self._hash(email, password)
        user = self._new_user(email)
        with suppress(Conflict):
            await self._add(user, password_hash)
        return user

    async def create(self, caller: Principal, email: str, password: str) -> User:
        """Create an account for another user; raise `Conflict` if the email is taken."""
        self.access.require(caller, Action.MANAGE, RESOURCE)
        password_hash = await self._hash(email, password)
        user = self._new_user(email)
        await self._add(user, password_hash)
        return user

    async def verify_password(self, email: str, password: str, address: str) -> User:
        """Return the user with this email and password; `address` is that of the client."""
        async with self.throttle.attempt(normalized_email(email), address):
            user = await self.users.find(normalized_email(email))
            password_hash = await self.password_hashes.get(user.id) if user else None
            # An unknown email takes as long as a wrong password, or the time would reveal it.
            matches = await self.hasher.verify(password, password_hash)
            if user is None or not matches:
                raise NotAuthenticated("The email or the password is wrong.")
        return user

    async def change_password(
        self, caller: Principal, current: str, new: str, address: str
    ) -> None:
        """Replace the caller's password, and end all their logins."""
        user = await self.management.me(caller)
        try:
            await self.verify_password(user.email, current, address)
        except NotAuthenticated as error:
            raise RuleViolation("The current password is wrong.") from error
        await self._set(user, await self._hash(user.email, new))

    async def assign_role(self, email: str, password: str, role: Role) -> User:
        """Assign a role and a password to the user with this email, who is created if unknown.

        For the operator: no rights are checked.
        """
        password_hash = await self._hash(email, password)
        async with self.transaction():
            user = await self.management.assign_role(email, role)
            await self._set(user, password_hash)
        return user

    def _new_user(self, email: str) -> User:
        role = self.default_role
        return User.new(id=self.new_id(), email=email, role=role, now=self.clock())

    async def _hash(self, email: str, password: str) -> str:
        check_password(password, email, breached=self.hasher.is_breached(password))
        return await self.hasher.hash(password)

    async def _add(self, user: User, password_hash: str) -> None:
        async with self.transaction():
            await self.users.add(user)
            await self.password_hashes.put(user.id, password_hash)

    async def _set(self, user: User, password_hash: str) -> None:
        async with self.transaction():
            await self.password_hashes.put(user.id, password_hash)
            await self.logins.delete_for_user(user.id)
