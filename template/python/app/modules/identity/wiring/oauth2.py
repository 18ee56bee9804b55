"""Wiring of authentication by tokens of an OpenID Connect issuer."""

from dataclasses import dataclass

from fastapi import APIRouter

from app.modules.identity.application.ports import UserRepository
from app.modules.identity.application.provisioning import UserProvisioning
from app.modules.identity.application.user_management import UserManagement
from app.modules.identity.infrastructure.external_identity import StoredExternalIdentityRepository
from app.modules.identity.infrastructure.oidc.issuer import Issuer
from app.modules.identity.infrastructure.oidc.providers import provider
from app.modules.identity.infrastructure.oidc.tokens import OidcTokens
from app.modules.identity.infrastructure.settings import IdentitySettings
from app.platform.authorization import Role
from app.platform.dependencies import Platform


@dataclass(frozen=True, slots=True)
class Authentication:
    """Authentication by tokens of the issuer."""

    issuer: Issuer
    authenticator: UserProvisioning
    routes: tuple[APIRouter, ...] = ()


def install(
    platform: Platform,
    settings: IdentitySettings,
    users: UserRepository,
    _: UserManagement,
) -> Authentication:
    issuer = Issuer(settings.oidc_issuer, clock=platform.clock)
    platform.resources.push_async_callback(issuer.close)
    provisioning = UserProvisioning(
        tokens=OidcTokens(issuer, settings.oidc_audience, provider),
        links=StoredExternalIdentityRepository(platform.store),
        users=users,
        roles=tuple(Role),
        clock=platform.clock,
        new_id=platform.new_id,
        transaction=platform.transaction,
    )
    return Authentication(issuer, provisioning)
