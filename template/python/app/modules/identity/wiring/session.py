"""Wiring of authentication by sessions."""

import datetime as dt
from dataclasses import dataclass

from fastapi import APIRouter

from app.modules.identity.application.password_accounts import PasswordAccounts
from app.modules.identity.application.ports import UserRepository
from app.modules.identity.application.session_authentication import SessionAuthentication
from app.modules.identity.application.user_management import UserManagement
from app.modules.identity.infrastructure.session import StoredSessionRepository
from app.modules.identity.infrastructure.settings import IdentitySettings
from app.modules.identity.presentation.password_accounts import password_account_router
from app.modules.identity.presentation.sessions import session_router
from app.modules.identity.wiring.passwords import create_accounts
from app.platform.dependencies import Platform


@dataclass(frozen=True, slots=True)
class Authentication:
    """Authentication by sessions, its accounts and routes."""

    accounts: PasswordAccounts
    authenticator: SessionAuthentication
    routes: tuple[APIRouter, ...]


def install(
    platform: Platform,
    settings: IdentitySettings,
    users: UserRepository,
    management: UserManagement,
) -> Authentication:
    repository = StoredSessionRepository(platform.store)
    accounts = create_accounts(platform, settings, users, management, repository)
    sessions = SessionAuthentication(
        sessions=repository,
        accounts=accounts,
        idle=dt.timedelta(minutes=settings.session_idle_minutes),
        lifetime=dt.timedelta(hours=settings.session_hours),
        clock=platform.clock,
        transaction=platform.transaction,
    )
    routes = (session_router(sessions), password_account_router(accounts))
    return Authentication(accounts, sessions, routes)
