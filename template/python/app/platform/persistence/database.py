"""The chosen database: opens its store, creates and drops it."""

from app.platform.persistence.ports import Store
from app.platform.persistence.sql import adapter
from app.platform.persistence.sql.errors import unusable_database
from app.platform.persistence.sql.store import SqlStore
from app.platform.persistence.sql.urls import DatabaseAddress, address

__all__ = [
    "URL_SCHEME",
    "DatabaseAddress",
    "address",
    "drop_database",
    "ensure_database",
    "open_store",
]

URL_SCHEME = adapter.SCHEME


def open_store(url: str, pool_size: int = 5, timeout_seconds: float | None = None) -> Store:
    """Return the store at `url`; it connects when it is used.

    A statement takes `timeout_seconds` at most: an unresponsive server counts as unavailable.
    """
    with unusable_database():
        return SqlStore(adapter.create_engine(url, pool_size, timeout_seconds))


async def ensure_database(url: str) -> None:
    """Create the database that `url` names if it does not exist."""
    with unusable_database():
        await adapter.ensure_database(url)


async def drop_database(url: str) -> None:
    """Drop the database that `url` names, with all that is in it."""
    with unusable_database():
        await adapter.drop_database(url)
