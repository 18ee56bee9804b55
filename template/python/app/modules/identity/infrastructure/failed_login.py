"""Failed logins in the database, counted for all processes together."""

from contextlib import suppress
from datetime import datetime

from app.kernel.errors import Conflict
from app.modules.identity.domain.failed_logins import FORGOTTEN_AFTER, FailedLogins
from app.platform.persistence import RecordType, Store

FAILED_LOGINS = RecordType(
    "identity_failed_logins",
    FailedLogins,
    key=("key",),
    indexed=("last_at",),
    text_lengths={"key": 64},
)

# More than are added with each new one, so that the table does not grow without end.
FORGOTTEN_AT_ONCE = 10


class StoredFailedLoginRepository:
    """Repository of failed logins, one record for each account and each address."""

    def __init__(self, store: Store) -> None:
        self._failed = store.records(FAILED_LOGINS)

    async def ensure(self, key: str, now: datetime) -> None:
        if await self._failed.first(key=key) is not None:
            return
        await self._failed.delete_expired({"last_at": now - FORGOTTEN_AFTER}, FORGOTTEN_AT_ONCE)
        with suppress(Conflict):  # another request has just done the same
            await self._failed.add(FailedLogins(key=key, failures=0, last_at=now))

    async def get_for_update(self, key: str) -> FailedLogins | None:
        return await self._failed.first_for_update(key=key)

    async def replace(self, failed: FailedLogins) -> None:
        await self._failed.replace(failed)
