"""Wiring of authentication by tokens of an issuer, and of the page that signs users in there."""

from dataclasses import replace

from app.modules.identity.application.ports import UserRepository
from app.modules.identity.application.user_management import UserManagement
from app.modules.identity.infrastructure.oidc.providers import provider
from app.modules.identity.infrastructure.settings import IdentitySettings
from app.modules.identity.presentation.sign_in.routes import sign_in_router
from app.modules.identity.wiring import oauth2
from app.modules.identity.wiring.oauth2 import Authentication
from app.platform.dependencies import Platform

__all__ = ["Authentication", "install"]


def install(
    platform: Platform,
    settings: IdentitySettings,
    users: UserRepository,
    management: UserManagement,
) -> Authentication:
    authentication = oauth2.install(platform, settings, users, management)
    client_id = settings.oidc_client_id
    if not client_id:
        return authentication
    page = sign_in_router(authentication.issuer, settings.oidc_audience, client_id, provider)
    return replace(authentication, routes=(page,))
