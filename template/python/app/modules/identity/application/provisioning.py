"""User provisioning: the first token of an external identity creates its user."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol
from uuid import UUID

from app.kernel.access import Principal, Role
from app.kernel.errors import Conflict, NotAuthenticated
from app.kernel.ports import Clock, IdGenerator, Transaction
from app.modules.identity.application.ports import UserRepository
from app.modules.identity.domain.external_identity import ExternalIdentity
from app.modules.identity.domain.user import User, normalized_email


class IssuedTokens(Protocol):
    """Verification of tokens of the issuer."""

    async def verify(self, token: str) -> ExternalIdentity:
        """Return the identity that a token asserts.

        Raise `NotAuthenticated` if the token is invalid, and `Unavailable` if only the issuer
        could tell and it does not respond.
        """


@dataclass(frozen=True, slots=True)
class IdentityLink:
    """Link of an external identity to a user; `user` is None once they were deleted."""

    user: User | None


class ExternalIdentityRepository(Protocol):
    """Repository of the links between external identities and users."""

    async def get(self, identity: ExternalIdentity) -> IdentityLink | None: ...

    async def add(self, identity: ExternalIdentity, user_id: UUID) -> None:
        """Store a link; raise `Conflict` if a concurrent request has stored one."""

    async def is_linked(self, user_id: UUID) -> bool: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class UserProvisioning:
    """Authentication by tokens of the issuer."""

    tokens: IssuedTokens
    links: ExternalIdentityRepository
    users: UserRepository
    roles: Sequence[Role]
    """Roles of the service in ascending order; the first is the default."""
    clock: Clock
    new_id: IdGenerator
    transaction: Transaction

    async def authenticate(self, credential: str) -> Principal:
        """Return the owner of a token; roles of the issuer replace the stored role."""
        identity = await self.tokens.verify(credential)
        user = await self._linked(identity) or await self._provision(identity)
        role = user.role if identity.roles is None else self._highest(identity.roles)
        if role != user.role:
            await self.users.replace(replace(user, role=role))
        return Principal(user.id, role)

    async def _linked(self, identity: ExternalIdentity) -> User | None:
        link = await self.links.get(identity)
        if link is not None and link.user is None:
            raise NotAuthenticated("The user of this token was deleted here.")
        return None if link is None else link.user

    async def _provision(self, identity: ExternalIdentity) -> User:
        """Create and link a user; concurrent first requests result in one user."""
        try:
            async with self.transaction():
                user = await self._invited(identity) or await self._add(identity)
                await self.links.add(identity, user.id)
        except Conflict:
            linked = await self._linked(identity)
            if linked is None:
                raise
            return linked
        return user

    async def _invited(self, identity: ExternalIdentity) -> User | None:
        """Return the user whom the operator has created by email and who is not linked yet."""
        if identity.email is None:
            return None
        user = await self.users.find(normalized_email(identity.email))
        return None if user is None or await self.links.is_linked(user.id) else user

    async def _add(self, identity: ExternalIdentity) -> User:
        user_id = self.new_id()
        email = identity.email
        if email is None or await self.users.find(normalized_email(email)):
            # Some tokens have no email, and two subjects may share one.
            email = f"{user_id}@users.invalid"
        user = User.new(id=user_id, email=email, role=self.roles[0], now=self.clock())
        await self.users.add(user)
        return user

    def _highest(self, roles: frozenset[str]) -> Role:
        """Return the highest role of the service that the issuer names, or the default."""
        return next((role for role in reversed(self.roles) if role in roles), self.roles[0])
