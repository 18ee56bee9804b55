"""Password accounts on in-memory ports."""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from app.kernel.events import EventBus
from app.modules.identity.application.login_throttle import LoginThrottle
from app.modules.identity.application.password_accounts import PasswordAccounts
from app.modules.identity.application.ports import CredentialRepository
from app.modules.identity.application.user_management import UserManagement
from app.modules.identity.domain.failed_logins import FailedLogins
from app.platform.authorization import DEFAULT_ROLE
from tests import fakes

EMAIL = "alice@example.com"
PASSWORD = "correct horse battery"
ADDRESS = "192.0.2.1"
ALLOWED_FAILURES = 3


class ReversingPasswordHasher:
    """Password hasher that only reverses passwords."""

    async def hash(self, password: str) -> str:
        return password[::-1]

    async def verify(self, password: str, password_hash: str | None) -> bool:
        return password[::-1] == password_hash

    def is_breached(self, password: str) -> bool:
        return password == "a breached password"


class InMemoryPasswordHashes:
    """Repository of password hashes in a dictionary."""

    def __init__(self) -> None:
        self.hashes: dict[UUID, str] = {}

    async def get(self, user_id: UUID) -> str | None:
        return self.hashes.get(user_id)

    async def put(self, user_id: UUID, password_hash: str) -> None:
        self.hashes[user_id] = password_hash

    async def delete_for_user(self, user_id: UUID) -> None:
        self.hashes.pop(user_id, None)


class InMemoryFailedLogins:
    """Repository of failed logins in a dictionary."""

    def __init__(self) -> None:
        self.failed: dict[str, FailedLogins] = {}

    async def ensure(self, key: str, now: datetime) -> None:
        self.failed.setdefault(key, FailedLogins(key=key, failures=0, last_at=now))

    async def get_for_update(self, key: str) -> FailedLogins | None:
        return self.failed.get(key)

    async def replace(self, failed: FailedLogins) -> None:
        self.failed[failed.key] = failed


def create_accounts(
    clock: fakes.Clock,
    logins: CredentialRepository,
    *,
    users: fakes.InMemoryUsers,
    access: fakes.AllowAll | fakes.DenyAll | None = None,
    open_registration: bool = True,
) -> PasswordAccounts:
    """Return accounts whose `logins` end when their password changes."""
    numbers: Iterator[int] = iter(range(1, 1000))
    policy = access or fakes.AllowAll()

    def new_id() -> UUID:
        return UUID(int=next(numbers))

    return PasswordAccounts(
        users=users,
        password_hashes=InMemoryPasswordHashes(),
        logins=logins,
        management=UserManagement(
            users=users,
            access=policy,
            events=EventBus(),
            clock=clock,
            new_id=new_id,
            transaction=fakes.no_transaction,
        ),
        hasher=ReversingPasswordHasher(),
        throttle=LoginThrottle(
            failed_logins=InMemoryFailedLogins(),
            allowed_per_account=ALLOWED_FAILURES,
            allowed_per_address=ALLOWED_FAILURES * 2,
            clock=clock,
            transaction=fakes.no_transaction,
        ),
        open_registration=open_registration,
        default_role=DEFAULT_ROLE,
        access=policy,
        clock=clock,
        new_id=new_id,
        transaction=fakes.no_transaction,
    )
