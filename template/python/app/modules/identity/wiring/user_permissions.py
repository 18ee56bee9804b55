"""Wiring of permissions."""

from dataclasses import dataclass

from fastapi import APIRouter

from app.kernel.access import Authenticator
from app.modules.identity.application.permissions import UserPermissions
from app.modules.identity.application.user_management import UserManagement
from app.modules.identity.infrastructure.permission import StoredPermissionRepository
from app.modules.identity.presentation.permissions import permission_router
from app.modules.identity.subscriptions import delete_with_user
from app.platform.dependencies import Platform


@dataclass(frozen=True, slots=True)
class Permissions:
    """Authentication that adds the permissions of callers, and the routes that grant them."""

    authenticator: UserPermissions
    routes: tuple[APIRouter, ...]


def install(
    platform: Platform, authenticator: Authenticator, management: UserManagement
) -> Permissions:
    permissions = StoredPermissionRepository(platform.store)
    delete_with_user(platform.events, permissions)
    use_cases = UserPermissions(
        permissions=permissions,
        authenticator=authenticator,
        management=management,
        access=platform.access,
        transaction=platform.transaction,
    )
    return Permissions(use_cases, (permission_router(use_cases),))
