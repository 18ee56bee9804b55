"""How calling with tokens of the issuer is put together."""

from dataclasses import dataclass

from fastapi import APIRouter

from app.modules.identity.application.ports import UserRepository
from app.modules.identity.application.provisioning import Provisioning
from app.modules.identity.application.user_administration import UserAdministration
from app.modules.identity.infrastructure.external_identity import SqlLinkRepository
from app.platform.auth.oidc import OidcTokens
from app.platform.parts import Platform
from app.settings import Settings


@dataclass(frozen=True, slots=True)
class Authentication:
    """What there is to prove who one is."""

    authenticator: Provisioning
    routes: tuple[APIRouter, ...]


def install(
    platform: Platform,
    settings: Settings,
    users: UserRepository,
    _: UserAdministration,
) -> Authentication:
    tokens = OidcTokens(settings.oidc_issuer, settings.oidc_audience, clock=platform.clock)
    platform.closing.append(tokens.close)
    provisioning = Provisioning(
        tokens,
        SqlLinkRepository(platform.database),
        users,
        clock=platform.clock,
        new_id=platform.new_id,
        transaction=platform.transaction,
    )
    return Authentication(provisioning, ())
