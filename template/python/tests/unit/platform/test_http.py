"""Cursors, entity tags and field types."""

import datetime as dt
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from fastapi.exceptions import RequestValidationError
from pydantic import TypeAdapter, ValidationError

from app.kernel.versions import ExpectedVersions
from app.platform.http import fields
from app.platform.http.paging import decode_cursor, encode_cursor
from app.platform.http.preconditions import etag, expected_versions


def test_cursor_is_decoded() -> None:
    after = UUID("0190163d-8694-739b-aea5-966c26f8ad91")

    assert decode_cursor(encode_cursor(after)) == after
    assert encode_cursor(None) is None
    assert decode_cursor(None) is None


@pytest.mark.parametrize("cursor", ["", "x", "AAAAAAAAAAAAAAAAAAAAAB", "A" * 40, "ñ", "="])
def test_invalid_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(RequestValidationError):
        decode_cursor(cursor)


@pytest.mark.parametrize(
    ("header", "numbers"),
    [
        ("*", None),
        ('"1", *', None),
        (etag(3), {3}),
        ('"1" , "2"', {1, 2}),
        ('W/"1"', set()),
        ("1", set()),
        ('"x"', set()),
        ("", set()),
    ],
)
def test_if_match_lists_expected_versions(header: str, numbers: set[int] | None) -> None:
    expected = ExpectedVersions(None if numbers is None else frozenset(numbers))
    assert expected_versions(header) == expected


@pytest.mark.parametrize(
    ("kind", "sent", "value"),
    [
        (fields.Amount, "9.9900", Decimal("9.99")),
        (fields.Amount, 100, Decimal(100)),
        (fields.Day, "2026-01-31", dt.date(2026, 1, 31)),
        (
            fields.Instant,
            "2026-01-31T12:00:00+02:00",
            dt.datetime(2026, 1, 31, 10, 0, tzinfo=dt.UTC),
        ),
    ],
)
def test_value_is_normalized(kind: Any, sent: Any, value: Any) -> None:
    assert TypeAdapter[Any](kind).validate_python(sent) == value


@pytest.mark.parametrize(
    ("kind", "sent"),
    [
        (fields.ShortText, " "),
        (fields.ShortText, "a\0b"),
        (fields.ShortText, "x" * 201),
        (fields.LongText, "\0"),
        (fields.Integer, 2**63),
        (fields.Integer, "1"),
        (fields.Number, float("nan")),
        (fields.Amount, True),
        (fields.Amount, "0.00001"),
        (fields.Flag, 1),
        (fields.Day, 1700006400),
        (fields.Day, "1700006400"),
        (fields.Day, "2026-01-31T00:00:00Z"),
        (fields.Instant, "1700006400"),
        (fields.Instant, "2026-01-31"),
        (fields.Instant, "2026-01-31T12:00:00"),
        (fields.Instant, "9999-12-31T23:59:59-12:00"),
        (fields.Email, "nobody"),
    ],
)
def test_invalid_value_is_refused(kind: Any, sent: Any) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter[Any](kind).validate_python(sent)
