"""How logging in with email and password is put together."""

from app.modules.identity.application.accounts import Accounts, Registration
from app.modules.identity.application.login_throttle import LoginThrottle
from app.modules.identity.application.ports import CredentialRepository, UserRepository
from app.modules.identity.application.user_administration import UserAdministration
from app.modules.identity.infrastructure.argon2 import Argon2Passwords
from app.modules.identity.infrastructure.failed_login import StoredFailedLoginRepository
from app.modules.identity.infrastructure.password import StoredPasswordRepository
from app.modules.identity.subscriptions import subscribe
from app.platform.authorization import DEFAULT_ROLE
from app.platform.dependencies import Platform
from app.settings import Settings


def accounts(
    platform: Platform,
    settings: Settings,
    users: UserRepository,
    administration: UserAdministration,
    logins: CredentialRepository,
) -> Accounts:
    """Accounts whose `logins` end when their password changes."""
    password_hashes = StoredPasswordRepository(platform.store)
    subscribe(platform.events, password_hashes, logins)
    throttle = LoginThrottle(
        StoredFailedLoginRepository(platform.store),
        allowed_by_account=settings.failed_logins_per_account,
        allowed_by_address=settings.failed_logins_per_address,
        clock=platform.clock,
        transaction=platform.transaction,
    )
    return Accounts(
        users,
        password_hashes,
        logins,
        administration=administration,
        passwords=Argon2Passwords(),
        throttle=throttle,
        registration=Registration(settings.registration),
        default_role=DEFAULT_ROLE,
        access=platform.access,
        clock=platform.clock,
        new_id=platform.new_id,
        transaction=platform.transaction,
    )
