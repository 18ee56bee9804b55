"""Time and identifiers."""

import datetime as dt
from uuid import UUID

import uuid_utils.compat


def utc_now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def new_id() -> UUID:
    """A UUIDv7: unique everywhere, and sorted by the time it was made."""
    return uuid_utils.compat.uuid7()
