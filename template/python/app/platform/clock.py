"""System clock, and identifiers that sort by time."""

import datetime as dt
from uuid import UUID

import uuid_utils.compat


def utc_now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def new_id() -> UUID:
    """Return a UUIDv7, which sorts by the time of its creation."""
    return uuid_utils.compat.uuid7()
