"""Authentication by access and refresh tokens: login, refresh and logout."""

import datetime as dt
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from app.kernel.access import Principal
from app.kernel.errors import NotAuthenticated
from app.kernel.ports import Clock, IdGenerator, Transaction
from app.modules.identity.application.password_accounts import PasswordAccounts
from app.modules.identity.application.ports import CredentialRepository
from app.modules.identity.domain.access_token import AccessTokenClaims
from app.modules.identity.domain.refresh_token import RefreshToken
from app.modules.identity.domain.secret import fingerprint, new_secret
from app.modules.identity.domain.user import User


class RefreshTokenRepository(CredentialRepository, Protocol):
    """Repository of refresh tokens; a session lasts as long as the family of its tokens."""

    async def add(self, token: RefreshToken) -> None: ...

    async def get(self, fingerprint: str) -> RefreshToken | None: ...

    async def find_user(self, user_id: UUID, family_id: UUID) -> User | None:
        """Return the user if the family is theirs and still exists."""

    async def mark_used(self, fingerprint: str) -> bool:
        """Return whether this call was the first, even among concurrent ones."""

    async def remove_family(self, family_id: UUID) -> None: ...

    async def remove_expired(self, user_id: UUID, now: dt.datetime) -> None: ...


class AccessTokens(Protocol):
    """Issue and verification of access tokens."""

    @property
    def lifetime(self) -> dt.timedelta: ...

    def issue(self, claims: AccessTokenClaims, at: dt.datetime) -> str: ...

    def verify(self, token: str) -> AccessTokenClaims:
        """Return the claims of a token; raise `NotAuthenticated` if it is invalid."""


@dataclass(frozen=True, slots=True)
class TokenPair:
    """Access token for requests, and refresh token for the next pair."""

    access_token: str
    refresh_token: str
    expires_in: dt.timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenAuthentication:
    """Use cases of users who authenticate by tokens."""

    refresh_tokens: RefreshTokenRepository
    accounts: PasswordAccounts
    access_tokens: AccessTokens
    refresh_lifetime: dt.timedelta
    clock: Clock
    new_id: IdGenerator
    transaction: Transaction

    async def login(self, email: str, password: str, address: str) -> TokenPair:
        user = await self.accounts.verify_password(email, password, address)
        async with self.transaction():
            await self.refresh_tokens.remove_expired(user.id, self.clock())
            return await self._issue(user.id, family_id=self.new_id())

    async def refresh(self, refresh_token: str) -> TokenPair:
        """Exchange a refresh token for a new pair; its second use revokes the family."""
        async with self.transaction():
            token = await self.refresh_tokens.get(fingerprint(refresh_token))
            if token is not None and token.expires_at > self.clock():
                if await self.refresh_tokens.mark_used(token.fingerprint):
                    return await self._issue(token.user_id, token.family_id)
                await self.refresh_tokens.remove_family(token.family_id)
        # Raised outside of the transaction, or it would undo the revocation.
        raise NotAuthenticated("The refresh token is invalid, used or expired; log in again.")

    async def logout(self, refresh_token: str) -> None:
        """End the session of a refresh token, and with it the session's access tokens."""
        token = await self.refresh_tokens.get(fingerprint(refresh_token))
        if token is not None:
            await self.refresh_tokens.remove_family(token.family_id)

    async def authenticate(self, credential: str) -> Principal:
        """Return the owner of an access token with their current role."""
        claims = self.access_tokens.verify(credential)
        user = await self.refresh_tokens.find_user(claims.user_id, claims.session_id)
        if user is None:
            raise NotAuthenticated("The session of this token has ended; log in again.")
        return Principal(user.id, user.role)

    async def _issue(self, user_id: UUID, family_id: UUID) -> TokenPair:
        now = self.clock()
        refresh_token = new_secret()
        await self.refresh_tokens.add(
            RefreshToken(
                fingerprint=fingerprint(refresh_token),
                family_id=family_id,
                user_id=user_id,
                expires_at=now + self.refresh_lifetime,
            )
        )
        claims = AccessTokenClaims(user_id=user_id, session_id=family_id)
        return TokenPair(
            access_token=self.access_tokens.issue(claims, now),
            refresh_token=refresh_token,
            expires_in=self.access_tokens.lifetime,
        )
