"""How calling with API keys is put together."""

from dataclasses import dataclass

from fastapi import APIRouter

from app.modules.identity.application.api_keys import ApiKeys
from app.modules.identity.application.ports import UserRepository
from app.modules.identity.application.user_administration import UserAdministration
from app.modules.identity.infrastructure.api_key import StoredApiKeyRepository
from app.modules.identity.presentation.api_keys import api_key_router
from app.modules.identity.subscriptions import subscribe
from app.platform.authorization import DEFAULT_ROLE
from app.platform.dependencies import Platform
from app.settings import Settings


@dataclass(frozen=True, slots=True)
class Authentication:
    """What there is to prove who one is."""

    authenticator: ApiKeys
    routes: tuple[APIRouter, ...]


def install(
    platform: Platform,
    _: Settings,
    users: UserRepository,
    administration: UserAdministration,
) -> Authentication:
    kept = StoredApiKeyRepository(platform.store)
    subscribe(platform.events, kept)
    keys = ApiKeys(
        kept,
        users,
        administration=administration,
        default_role=DEFAULT_ROLE,
        access=platform.access,
        clock=platform.clock,
        new_id=platform.new_id,
        transaction=platform.transaction,
    )
    return Authentication(keys, (api_key_router(keys),))
