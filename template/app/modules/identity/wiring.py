"""How this module is put together: adapters, use cases, routes."""

import datetime as dt
from dataclasses import dataclass

from fastapi import APIRouter

from app.modules.identity.application.accounts import Accounts
from app.modules.identity.application.ports import AccessTokens, Passwords
from app.modules.identity.application.user_administration import UserAdministration
from app.modules.identity.infrastructure.refresh_token import SqlRefreshTokenRepository
from app.modules.identity.infrastructure.user import SqlUserRepository
from app.modules.identity.presentation.auth import auth_router
from app.modules.identity.presentation.users import user_router
from app.platform.parts import Platform


@dataclass(frozen=True, slots=True)
class Identity:
    """The module, built."""

    accounts: Accounts
    administration: UserAdministration
    routes: tuple[APIRouter, ...]


def install(
    platform: Platform,
    *,
    passwords: Passwords,
    access_tokens: AccessTokens,
    refresh_lifetime: dt.timedelta,
) -> Identity:
    """Build the module on the platform."""
    users = SqlUserRepository(platform.database)
    refresh_tokens = SqlRefreshTokenRepository(platform.database)
    accounts = Accounts(
        users,
        refresh_tokens,
        passwords=passwords,
        access_tokens=access_tokens,
        refresh_lifetime=refresh_lifetime,
        clock=platform.clock,
        new_id=platform.new_id,
        transaction=platform.transaction,
    )
    administration = UserAdministration(
        users,
        refresh_tokens,
        access=platform.access,
        events=platform.events,
        passwords=passwords,
        clock=platform.clock,
        new_id=platform.new_id,
        transaction=platform.transaction,
    )
    routes = (auth_router(accounts), user_router(administration))
    return Identity(accounts, administration, routes)
