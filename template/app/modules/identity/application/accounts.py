"""Registering, and proving who one is."""

import datetime as dt
import secrets
from dataclasses import dataclass
from uuid import UUID

from app.kernel.access import Principal, Session
from app.kernel.errors import NotAuthenticated
from app.kernel.ports import Clock, IdGenerator, Transaction
from app.modules.identity.application.ports import (
    AccessTokens,
    Passwords,
    RefreshTokenRepository,
    UserRepository,
)
from app.modules.identity.domain.refresh_token import RefreshToken, fingerprint
from app.modules.identity.domain.user import User, check_password, normalized_email

SESSION_ENDED = "The refresh token is invalid, used or expired; log in again."


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a login gives: a token to show with each request, and one to get the next pair."""

    access_token: str
    refresh_token: str
    expires_in: dt.timedelta


class Accounts:
    """The use cases of people who come to the service."""

    def __init__(
        self,
        users: UserRepository,
        refresh_tokens: RefreshTokenRepository,
        *,
        passwords: Passwords,
        access_tokens: AccessTokens,
        refresh_lifetime: dt.timedelta,
        clock: Clock,
        new_id: IdGenerator,
        transaction: Transaction,
    ) -> None:
        self._users = users
        self._refresh_tokens = refresh_tokens
        self._passwords = passwords
        self._access_tokens = access_tokens
        self._refresh_lifetime = refresh_lifetime
        self._clock = clock
        self._new_id = new_id
        self._transaction = transaction
        self._hash_of_nobody: str | None = None

    async def register(self, email: str, password: str) -> User:
        check_password(password)
        user = User.registered(
            id=self._new_id(),
            email=email,
            password_hash=await self._passwords.hash(password),
            now=self._clock(),
        )
        await self._users.add(user)
        return user

    async def login(self, email: str, password: str) -> Tokens:
        user = await self._users.find(normalized_email(email))
        # An unknown email takes as long as a wrong password, or the time would tell them apart.
        known_hash = user.password_hash if user else await self._unmatched_hash()
        matches = await self._passwords.matches(password, known_hash)
        if user is None or not matches:
            raise NotAuthenticated("The email or the password is wrong.")
        async with self._transaction():
            await self._refresh_tokens.remove_expired(user.id, self._clock())
            return await self._issue(user.id, family_id=self._new_id())

    async def refresh(self, refresh_token: str) -> Tokens:
        """Exchange a refresh token for a new pair; its second use ends the family."""
        async with self._transaction():
            token = await self._refresh_tokens.get(fingerprint(refresh_token))
            if token is not None and token.expires_at > self._clock():
                if await self._refresh_tokens.mark_used(token.fingerprint):
                    return await self._issue(token.user_id, token.family_id)
                await self._refresh_tokens.remove_family(token.family_id)
        # Outside the transaction, which an error would undo together with the revocation.
        raise NotAuthenticated(SESSION_ENDED)

    async def logout(self, refresh_token: str) -> None:
        """End the session that a refresh token belongs to, and with it its access tokens."""
        token = await self._refresh_tokens.get(fingerprint(refresh_token))
        if token is not None:
            await self._refresh_tokens.remove_family(token.family_id)

    async def caller_of(self, access_token: str) -> Principal:
        """Whose an access token is, with the role they have now."""
        user = await self._users.find_in(self._access_tokens.verify(access_token))
        if user is None:
            raise NotAuthenticated("The session of this token has ended; log in again.")
        return Principal(user.id, user.role)

    async def me(self, caller: Principal) -> User:
        user = await self._users.get(caller.id)
        if user is None:
            raise NotAuthenticated("The user of this token is gone.")
        return user

    async def _issue(self, user_id: UUID, family_id: UUID) -> Tokens:
        now = self._clock()
        refresh_token = secrets.token_urlsafe(32)
        await self._refresh_tokens.add(
            RefreshToken(
                fingerprint=fingerprint(refresh_token),
                family_id=family_id,
                user_id=user_id,
                expires_at=now + self._refresh_lifetime,
            )
        )
        return Tokens(
            access_token=self._access_tokens.issue(Session(user_id, family_id), now),
            refresh_token=refresh_token,
            expires_in=self._access_tokens.lifetime,
        )

    async def _unmatched_hash(self) -> str:
        if self._hash_of_nobody is None:
            self._hash_of_nobody = await self._passwords.hash(secrets.token_urlsafe())
        return self._hash_of_nobody
