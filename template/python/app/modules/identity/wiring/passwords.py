"""Wiring of accounts with a password."""

from app.modules.identity.application.login_throttle import LoginThrottle
from app.modules.identity.application.password_accounts import PasswordAccounts
from app.modules.identity.application.ports import CredentialRepository, UserRepository
from app.modules.identity.application.user_management import UserManagement
from app.modules.identity.infrastructure.argon2 import Argon2PasswordHasher
from app.modules.identity.infrastructure.failed_login import StoredFailedLoginRepository
from app.modules.identity.infrastructure.password import StoredPasswordRepository
from app.modules.identity.infrastructure.settings import IdentitySettings
from app.modules.identity.subscriptions import delete_with_user
from app.platform.authorization import DEFAULT_ROLE
from app.platform.dependencies import Platform


def create_accounts(
    platform: Platform,
    settings: IdentitySettings,
    users: UserRepository,
    management: UserManagement,
    logins: CredentialRepository,
) -> PasswordAccounts:
    """Return the use cases of accounts, whose `logins` end when their password changes."""
    password_hashes = StoredPasswordRepository(platform.store)
    delete_with_user(platform.events, password_hashes, logins)
    throttle = LoginThrottle(
        failed_logins=StoredFailedLoginRepository(platform.store),
        allowed_per_account=settings.failed_logins_per_account,
        allowed_per_address=settings.failed_logins_per_address,
        clock=platform.clock,
        transaction=platform.transaction,
    )
    return PasswordAccounts(
        users=users,
        password_hashes=password_hashes,
        logins=logins,
        management=management,
        hasher=Argon2PasswordHasher(),
        throttle=throttle,
        open_registration=settings.registration == "open",
        default_role=DEFAULT_ROLE,
        access=platform.access,
        clock=platform.clock,
        new_id=platform.new_id,
        transaction=platform.transaction,
    )
