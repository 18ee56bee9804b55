"""Accounts with everything around them in memory."""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from app.kernel.events import EventBus
from app.modules.identity.application.accounts import Accounts, Registration
from app.modules.identity.application.login_throttle import LoginThrottle
from app.modules.identity.application.ports import CredentialRepository
from app.modules.identity.application.user_administration import UserAdministration
from app.modules.identity.domain.failed_logins import FailedLogins
from app.platform.authorization import DEFAULT_ROLE
from tests import fakes

EMAIL = "alice@example.com"
PASSWORD = "correct horse battery"
HERE = "192.0.2.1"
ALLOWED = 3


class ReversedPasswords:
    """Hashes that are quick to make and to check."""

    async def hash(self, password: str) -> str:
        return password[::-1]

    async def matches(self, password: str, password_hash: str) -> bool:
        return password[::-1] == password_hash

    def is_breached(self, password: str) -> bool:
        return password == "known to every thief"


class InMemoryPasswords:
    """Hashes in a dictionary."""

    def __init__(self) -> None:
        self.hashes: dict[UUID, str] = {}

    async def get(self, user_id: UUID) -> str | None:
        return self.hashes.get(user_id)

    async def put(self, user_id: UUID, password_hash: str) -> None:
        self.hashes[user_id] = password_hash


class InMemoryFailedLogins:
    """Failures in a dictionary."""

    def __init__(self) -> None:
        self.failed: dict[str, FailedLogins] = {}

    async def ensure(self, key: str, now: datetime) -> None:
        self.failed.setdefault(key, FailedLogins(key=key, failures=0, last_at=now))

    async def get_for_update(self, key: str) -> FailedLogins | None:
        return self.failed.get(key)

    async def replace(self, failed: FailedLogins) -> None:
        self.failed[failed.key] = failed


def accounts_of(
    clock: fakes.Clock,
    logins: CredentialRepository,
    *,
    users: fakes.InMemoryUsers,
    access: fakes.Everybody | fakes.Nobody | None = None,
    registration: Registration = Registration.OPEN,
) -> Accounts:
    """Accounts whose `logins` end when their password changes."""
    numbers: Iterator[int] = iter(range(1, 1000))
    policy = access or fakes.Everybody()

    def new_id() -> UUID:
        return UUID(int=next(numbers))

    return Accounts(
        users,
        InMemoryPasswords(),
        logins,
        administration=UserAdministration(
            users,
            access=policy,
            events=EventBus(),
            clock=clock,
            new_id=new_id,
            transaction=fakes.no_transaction,
        ),
        passwords=ReversedPasswords(),
        throttle=LoginThrottle(
            InMemoryFailedLogins(),
            allowed_by_account=ALLOWED,
            allowed_by_address=ALLOWED * 2,
            clock=clock,
            transaction=fakes.no_transaction,
        ),
        registration=registration,
        default_role=DEFAULT_ROLE,
        access=policy,
        clock=clock,
        new_id=new_id,
        transaction=fakes.no_transaction,
    )
