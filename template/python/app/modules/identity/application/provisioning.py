"""Recognising who comes with a token of the issuer, and making them a user at first sight."""

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
    """Checks tokens that somebody else has issued."""

    async def verify(self, token: str) -> ExternalIdentity:
        """Whose it is.

        `NotAuthenticated` if it proves nothing, `Unavailable` if the issuer has to be asked and
        does not answer.
        """


@dataclass(frozen=True, slots=True)
class Link:
    """That somebody was met before; `user` is None once they have been deleted."""

    user: User | None


class ExternalIdentityRepository(Protocol):
    """Where it is kept which user somebody is."""

    async def get(self, identity: ExternalIdentity) -> Link | None: ...

    async def add(self, identity: ExternalIdentity, user_id: UUID) -> None:
        """Keep it; `Conflict` if somebody else has just done so."""

    async def is_linked(self, user_id: UUID) -> bool: ...


class UserProvisioning:
    """The use cases of who proves themself by a token of the issuer."""

    def __init__(
        self,
        tokens: IssuedTokens,
        links: ExternalIdentityRepository,
        users: UserRepository,
        *,
        roles: Sequence[Role],
        clock: Clock,
        new_id: IdGenerator,
        transaction: Transaction,
    ) -> None:
        self._tokens = tokens
        self._links = links
        self._users = users
        self._roles = roles
        self._clock = clock
        self._new_id = new_id
        self._transaction = transaction

    async def authenticate(self, credential: str) -> Principal:
        """Whose token it is, with the role that the issuer says, or else the one given here."""
        identity = await self._tokens.verify(credential)
        user = await self._known(identity) or await self._met(identity)
        role = user.role if identity.roles is None else self._highest(identity.roles)
        if role != user.role:
            await self._users.replace(replace(user, role=role))
        return Principal(user.id, role)

    async def _known(self, identity: ExternalIdentity) -> User | None:
        link = await self._links.get(identity)
        if link is not None and link.user is None:
            raise NotAuthenticated("The user of this token was deleted here.")
        return None if link is None else link.user

    async def _met(self, identity: ExternalIdentity) -> User:
        """Somebody new; several of their requests may be the first at once."""
        try:
            async with self._transaction():
                user = await self._expected(identity) or await self._add(identity)
                await self._links.add(identity, user.id)
        except Conflict:
            met = await self._known(identity)
            if met is None:
                raise
            return met
        return user

    async def _expected(self, identity: ExternalIdentity) -> User | None:
        """Who was made an administrator by email before they first came."""
        if identity.email is None:
            return None
        user = await self._users.find(normalized_email(identity.email))
        return None if user is None or await self._links.is_linked(user.id) else user

    async def _add(self, identity: ExternalIdentity) -> User:
        user_id = self._new_id()
        email = identity.email
        if email is None or await self._users.find(normalized_email(email)):
            # Not every token tells an email, and two subjects may share one.
            email = f"{user_id}@users.invalid"
        user = User.new(id=user_id, email=email, role=self._roles[0], now=self._clock())
        await self._users.add(user)
        return user

    def _highest(self, roles: frozenset[str]) -> Role:
        """The highest role of the service among those that the issuer names, or the default."""
        return next((role for role in reversed(self._roles) if role in roles), self._roles[0])
