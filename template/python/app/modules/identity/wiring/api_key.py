"""Wiring of authentication by API keys."""

from dataclasses import dataclass

from fastapi import APIRouter

from app.modules.identity.application.api_keys import ApiKeys
from app.modules.identity.application.ports import UserRepository
from app.modules.identity.application.user_management import UserManagement
from app.modules.identity.infrastructure.api_key import StoredApiKeyRepository
from app.modules.identity.infrastructure.settings import IdentitySettings
from app.modules.identity.presentation.api_keys import api_key_router
from app.modules.identity.subscriptions import delete_with_user
from app.platform.authorization import DEFAULT_ROLE
from app.platform.dependencies import Platform


@dataclass(frozen=True, slots=True)
class Authentication:
    """Authentication by API keys, and its routes."""

    authenticator: ApiKeys
    routes: tuple[APIRouter, ...]


def install(
    platform: Platform,
    _: IdentitySettings,
    users: UserRepository,
    management: UserManagement,
) -> Authentication:
    repository = StoredApiKeyRepository(platform.store)
    delete_with_user(platform.events, repository)
    keys = ApiKeys(
        keys=repository,
        users=users,
        management=management,
        default_role=DEFAULT_ROLE,
        access=platform.access,
        clock=platform.clock,
        new_id=platform.new_id,
        transaction=platform.transaction,
    )
    return Authentication(keys, (api_key_router(keys),))
