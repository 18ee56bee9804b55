"""Tables, as record types describe them."""

import datetime as dt
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from app.platform.persistence.record_types import RecordField, RecordType
from app.platform.persistence.sql import adapter

Timestamp = adapter.Timestamp
ExactDecimal = adapter.ExactDecimal

NAMES = {
    "pk": "pk_%(table_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ix": "ix_%(table_name)s_%(column_0_name)s",
}


class Words(sa.TypeDecorator[frozenset[str]]):
    """Set of words, stored as a text with a space between them."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: frozenset[str] | None, dialect: sa.Dialect) -> Any:
        return None if value is None else " ".join(sorted(value))

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> frozenset[str] | None:
        return None if value is None else frozenset(value.split())


COLUMN_TYPES: dict[Any, type[sa.types.TypeEngine[Any]]] = {
    bool: sa.Boolean,
    dt.date: sa.Date,
    dt.datetime: Timestamp,
    Decimal: ExactDecimal,
    float: sa.Double,
    frozenset[str]: Words,
    int: sa.BigInteger,
    UUID: sa.Uuid,
}


def create_metadata() -> sa.MetaData:
    return sa.MetaData(naming_convention=NAMES)


def create_table(record_type: RecordType[Any], metadata: sa.MetaData) -> sa.Table:
    """Return the table of a record type: a column for each field."""
    return sa.Table(
        record_type.name,
        metadata,
        *map(_column, record_type.fields),
        info={"module": record_type.module},
    )


def _column(field: RecordField) -> sa.Column[Any]:
    return sa.Column(
        field.name,
        _column_type(field),
        primary_key=field.is_key,
        nullable=field.optional,
        unique=field.unique or None,
        index=field.indexed or None,
    )


def _column_type(field: RecordField) -> sa.types.TypeEngine[Any]:
    if known := COLUMN_TYPES.get(field.type):
        return known()
    if isinstance(field.type, type) and issubclass(field.type, str):
        return sa.Text() if field.length is None else sa.String(field.length)
    raise TypeError(f"No column type is known for the field {field.name} of type {field.type}.")
