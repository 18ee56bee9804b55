"""How logging in for a session is put together."""

import datetime as dt
from dataclasses import dataclass

from fastapi import APIRouter

from app.modules.identity.application.accounts import Accounts
from app.modules.identity.application.ports import UserRepository
from app.modules.identity.application.sessions import Sessions
from app.modules.identity.application.user_administration import UserAdministration
from app.modules.identity.infrastructure.session import StoredSessionRepository
from app.modules.identity.presentation.accounts import account_router
from app.modules.identity.presentation.sessions import session_router
from app.modules.identity.wiring import passwords
from app.platform.dependencies import Platform
from app.settings import Settings


@dataclass(frozen=True, slots=True)
class Authentication:
    """What there is to prove who one is."""

    accounts: Accounts
    authenticator: Sessions
    routes: tuple[APIRouter, ...]


def install(
    platform: Platform,
    settings: Settings,
    users: UserRepository,
    administration: UserAdministration,
) -> Authentication:
    kept = StoredSessionRepository(platform.store)
    accounts = passwords.accounts(platform, settings, users, administration, kept)
    sessions = Sessions(
        kept,
        accounts=accounts,
        idle=dt.timedelta(minutes=settings.session_idle_minutes),
        lifetime=dt.timedelta(hours=settings.session_hours),
        clock=platform.clock,
        transaction=platform.transaction,
    )
    return Authentication(accounts, sessions, (session_router(sessions), account_router(accounts)))
