"""Types of request fields, with limits that every supported database can store."""

import datetime as dt
import re
from decimal import Decimal
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BeforeValidator,
    EmailStr,
    Field,
    StrictBool,
    StringConstraints,
)

from app.platform.persistence.decimals import PRECISION, SCALE, plain

# Pydantic also accepts numbers, and digits alone, as seconds since 1970.
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:.+")


def _iso_day(value: Any) -> Any:
    if isinstance(value, str) and _DAY.fullmatch(value):
        return value
    raise ValueError("Write a day in ISO 8601, such as 2026-01-31.")


def _iso_instant(value: Any) -> Any:
    if isinstance(value, str) and _INSTANT.fullmatch(value):
        return value
    raise ValueError("Write a time in ISO 8601, such as 2026-01-31T12:00:00Z.")


def _no_bool(value: Any) -> Any:
    if isinstance(value, bool):
        raise ValueError("Write a number.")
    return value


def _in_utc(value: dt.datetime) -> dt.datetime:
    try:
        return value.astimezone(dt.UTC)
    except OverflowError as error:
        raise ValueError("Write a time between the years 1 and 9999 in UTC.") from error


# No NUL, which some databases cannot store; a short text is more than white space.
ShortText = Annotated[
    str, StringConstraints(max_length=200, pattern=r"^[^\x00]*[^\x00\s][^\x00]*$")
]
LongText = Annotated[str, StringConstraints(max_length=10_000, pattern=r"^[^\x00]*$")]
Integer = Annotated[int, Field(strict=True, ge=-(2**63), le=2**63 - 1)]
Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Amount = Annotated[
    Decimal,
    BeforeValidator(_no_bool),
    Field(max_digits=PRECISION, decimal_places=SCALE, allow_inf_nan=False),
    AfterValidator(plain),
]
Flag = StrictBool
Day = Annotated[dt.date, BeforeValidator(_iso_day)]
Instant = Annotated[AwareDatetime, BeforeValidator(_iso_instant), AfterValidator(_in_utc)]
Email = Annotated[EmailStr, Field(max_length=254)]
