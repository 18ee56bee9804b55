"""Valid and invalid sample values for each field type."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid5

from .answers import Entity, Field

# Values differ between runs, since the database may hold those of an earlier run.
RUN = secrets.token_hex(5)
_RUN_NUMBER = int(RUN, 16)
_RUN_UUID = UUID(int=_RUN_NUMBER)
_FIRST_DAY = dt.date(1900, 1, 1)
_DAYS = (dt.date(9999, 12, 31) - _FIRST_DAY).days
_FIRST_SECOND = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)

EMOJI = "\N{GRINNING FACE}"
RIGHT_TO_LEFT = "\u0645\u0631\u062d\u0628\u0627 \u0628\u0627\u0644\u0639\u0627\u0644\u0645"
SHORT, LONG = 200, 10_000
MAX_INT = 2**63 - 1


def sample_body(entity: Entity, n: int) -> dict[str, Any]:
    """Return a valid body with every field, determined by `n` and different for each `n`."""
    return {field.name: sample_value(field, n) for field in entity.fields}


def sample_value(field: Field, n: int) -> Any:
    """Return a valid value of a field, different for each `n` except for a bool."""
    return _SAMPLES[field.type](n)


def _day(n: int) -> str:
    return (_FIRST_DAY + dt.timedelta(days=(_RUN_NUMBER + n) % _DAYS)).isoformat()


def _second(n: int) -> str:
    offset = dt.timedelta(seconds=_RUN_NUMBER % 10**9 + n)
    return (_FIRST_SECOND + offset).isoformat().replace("+00:00", "Z")


_SAMPLES: dict[str, Callable[[int], Any]] = {
    "str": lambda n: f"Sample {RUN} {n}",
    "text": lambda n: f"A longer sample,\nnumber {n} of {RUN}.",
    "int": lambda n: _RUN_NUMBER * 10**5 + n,
    "decimal": lambda n: f"{_RUN_NUMBER % 10**8 * 10**5 + n}.25",
    "float": lambda n: _RUN_NUMBER % 10**8 * 10**5 + n + 0.5,
    "bool": lambda n: n % 2 == 0,
    "date": _day,
    "datetime": _second,
    "uuid": lambda n: str(uuid5(_RUN_UUID, str(n))),
    "email": lambda n: f"sample-{RUN}-{n}@example.com",
}


def is_same_value(kind: str, sent: Any, received: Any) -> bool:
    """Return True if the received value equals the one sent and has the JSON type of its field."""
    if sent is None or received is None:
        return sent is received
    return bool(_COMPARISONS.get(kind, _is_identical)(sent, received))


def _is_identical(sent: Any, received: Any) -> bool:
    return type(sent) is type(received) and bool(sent == received)


def _same_decimal(sent: Any, received: Any) -> bool:
    if not isinstance(received, str) or "e" in received.lower():
        return False
    return Decimal(str(sent)) == Decimal(received)


def _same_float(sent: Any, received: Any) -> bool:
    number = isinstance(received, int | float) and not isinstance(received, bool)
    return bool(number and float(sent) == float(received))


def _same_instant(sent: Any, received: Any) -> bool:
    moment = dt.datetime.fromisoformat(str(received))
    return moment.tzinfo is not None and moment == dt.datetime.fromisoformat(sent)


def _same_uuid(sent: Any, received: Any) -> bool:
    return bool(str(UUID(sent)) == received)


_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "decimal": _same_decimal,
    "float": _same_float,
    "datetime": _same_instant,
    "uuid": _same_uuid,
}


def valid_values(field: Field) -> Iterator[Any]:
    """Yield boundary values that a field accepts and returns unchanged."""
    yield from _VALID[field.type]
    if field.optional:
        yield None


def invalid_values(field: Field) -> Iterator[tuple[Any, str]]:
    """Yield values that a field rejects with 422, each with the reason."""
    yield from _INVALID[field.type]
    yield [], "a list"
    yield {}, "an object"
    if not field.optional:
        yield None, "null for a required field"


_VALID_TEXTS = [
    "x",
    RIGHT_TO_LEFT,
    f"{EMOJI} e\u0301 \u4f60\u597d \U0001f468\u200d\U0001f469\u200d\U0001f467",
    "two\nlines",
    "'; DROP TABLE users; -- \" \\ %s ${x} {{ x }} <script>",
]
_VALID: dict[str, list[Any]] = {
    "str": [*_VALID_TEXTS, "x" * SHORT, EMOJI * SHORT],
    "text": [*_VALID_TEXTS, "x" * LONG, EMOJI * LONG],
    "int": [0, -1, 2**31, 2**53 + 1, MAX_INT, -MAX_INT - 1],
    "decimal": [
        "9.99",
        "0.3000",
        "99999999999999.9999",
        "-99999999999999.9999",
        "0.0001",
        "0",
        9.99,
        0.1,
        12,
    ],
    "float": [0.0, 0.1, -2.25, 1e-300, 1.7976931348623157e308, 3],
    "bool": [True, False],
    "date": ["2026-01-31", "2024-02-29", "1900-01-01", "9999-12-31"],
    "datetime": [
        "2026-01-31T12:00:00Z",
        "2026-01-31T12:00:00.123456Z",
        "2026-01-31T01:00:00+05:30",
        "2026-12-31T23:30:00-11:00",
        "1900-01-01T00:00:00Z",
        "9999-12-31T23:59:59Z",
    ],
    "uuid": [
        "00000000-0000-0000-0000-000000000000",
        "F81D4FAE-7DEC-11D0-A765-00A0C91E6BF6",
    ],
    "email": ["someone@example.com", "some.one+tag@sub.example.com", "o'neil@example.com"],
}

_NOT_TEXT: list[tuple[Any, str]] = [(5, "a number"), (True, "a boolean")]
_NOT_SHORT: list[tuple[Any, str]] = [*_NOT_TEXT, ("", "empty")]
_INVALID: dict[str, list[tuple[Any, str]]] = {
    "str": [
        *_NOT_SHORT,
        (" \t\n", "blank"),
        ("\N{IDEOGRAPHIC SPACE}", "blank non-ASCII character"),
        ("x" * (SHORT + 1), "too long"),
        ("a\0b", "NUL"),
    ],
    "text": [*_NOT_TEXT, ("x" * (LONG + 1), "too long"), ("a\0b", "NUL")],
    "int": [
        (MAX_INT + 1, "over 64 bits"),
        (-MAX_INT - 2, "under 64 bits"),
        (10**400, "far over 64 bits"),
        (1.5, "a fraction"),
        ("12", "a number as text"),
        ("twelve", "text"),
        (True, "a boolean"),
    ],
    "decimal": [
        ("100000000000000", "15 integer digits"),
        ("0.00001", "5 decimal places"),
        (0.00001, "5 decimal places"),
        (1e300, "far too large"),
        ("1e400", "far too large"),
        ("NaN", "not a number"),
        ("Infinity", "infinite"),
        ("nine", "text"),
        ("", "empty"),
        (True, "a boolean"),
    ],
    "float": [("1.5", "a number as text"), ("NaN", "not a number"), (True, "a boolean")],
    "bool": [("true", "text"), (1, "a number"), (0, "a number")],
    "date": [
        *_NOT_SHORT,
        ("2026-02-30", "no such day"),
        ("2025-02-29", "not a leap year"),
        ("31/01/2026", "not ISO 8601"),
        ("1700006400", "seconds as text"),
        ("2026-01-31T12:00:00Z", "a date and time"),
    ],
    "datetime": [
        *_NOT_SHORT,
        ("2026-01-31T12:00:00", "no time zone"),
        ("2026-01-31", "a date"),
        ("2026-13-01T00:00:00Z", "no such month"),
        ("2026-01-31T25:00:00Z", "no such hour"),
        ("1700006400", "seconds as text"),
        ("9999-12-31T23:59:59-12:00", "after the last instant"),
        ("0001-01-01T00:00:00+12:00", "before the first instant"),
    ],
    "uuid": [*_NOT_SHORT, ("f81d4fae-7dec-11d0-a765", "cut short"), ("x" * 36, "no digits")],
    "email": [
        *_NOT_SHORT,
        ("example.com", "no @"),
        ("@example.com", "no local part"),
        ("someone@", "no domain"),
        ("some one@example.com", "a space"),
        ("someone@example.com\nother@example.com", "two lines"),
        ("some\0one@example.com", "NUL"),
        (f"{'x' * 64}@{'y' * 63}.{'y' * 63}.{'y' * 63}.com", "too long"),
    ],
}
