"""Logging in for tokens, renewing them, and logging out."""

import datetime as dt
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from app.kernel.access import Principal
from app.kernel.errors import NotAuthenticated
from app.kernel.ports import Clock, IdGenerator, Transaction
from app.modules.identity.application.accounts import Accounts
from app.modules.identity.domain.refresh_token import RefreshToken
from app.modules.identity.domain.secret import fingerprint, new_secret
from app.modules.identity.domain.token_session import TokenSession
from app.modules.identity.domain.user import User

SESSION_ENDED = "The refresh token is invalid, used or expired; log in again."


class RefreshTokenRepository(Protocol):
    """Where refresh tokens are kept."""

    async def add(self, token: RefreshToken) -> None: ...

    async def get(self, fingerprint: str) -> RefreshToken | None: ...

    async def user_of(self, session: TokenSession) -> User | None:
        """Whose session it is, if it has not ended."""

    async def mark_used(self, fingerprint: str) -> bool:
        """Whether this call was the first to do so, however many come at once."""

    async def remove_family(self, family_id: UUID) -> None: ...

    async def delete_for_user(self, user_id: UUID) -> None: ...

    async def remove_expired(self, user_id: UUID, now: dt.datetime) -> None: ...


class AccessTokens(Protocol):
    """Issues and checks the tokens that prove who a caller is."""

    @property
    def lifetime(self) -> dt.timedelta: ...

    def issue(self, session: TokenSession, at: dt.datetime) -> str: ...

    def verify(self, token: str) -> TokenSession:
        """The login that `token` was issued to; `NotAuthenticated` if it proves none."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a login gives: a token to show with each request, and one to get the next pair."""

    access_token: str
    refresh_token: str
    expires_in: dt.timedelta


class TokenSessions:
    """The use cases of who proves themself by tokens."""

    def __init__(
        self,
        refresh_tokens: RefreshTokenRepository,
        *,
        accounts: Accounts,
        access_tokens: AccessTokens,
        refresh_lifetime: dt.timedelta,
        clock: Clock,
        new_id: IdGenerator,
        transaction: Transaction,
    ) -> None:
        self._refresh_tokens = refresh_tokens
        self._accounts = accounts
        self._access_tokens = access_tokens
        self._refresh_lifetime = refresh_lifetime
        self._clock = clock
        self._new_id = new_id
        self._transaction = transaction

    async def login(self, email: str, password: str, address: str) -> Tokens:
        user = await self._accounts.authenticate(email, password, address)
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

    async def authenticate(self, credential: str) -> Principal:
        """Whose an access token is, with the role they have now."""
        user = await self._refresh_tokens.user_of(self._access_tokens.verify(credential))
        if user is None:
            raise NotAuthenticated("The session of this token has ended; log in again.")
        return Principal(user.id, user.role)

    async def _issue(self, user_id: UUID, family_id: UUID) -> Tokens:
        now = self._clock()
        refresh_token = new_secret()
        await self._refresh_tokens.add(
            RefreshToken(
                fingerprint=fingerprint(refresh_token),
                family_id=family_id,
                user_id=user_id,
                expires_at=now + self._refresh_lifetime,
            )
        )
        return Tokens(
            access_token=self._access_tokens.issue(TokenSession(user_id, family_id), now),
            refresh_token=refresh_token,
            expires_in=self._access_tokens.lifetime,
        )
