"""Sample records: as many as asked for, with realistic values."""

import datetime as dt
import sys
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from click.testing import CliRunner, Result

from app.cli import app as commands
from app.platform.persistence.record_types import EMAIL, SHORT_TEXT, RecordField
from app.platform.seeding.samples import sample
from tests import fakes


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, database_url: str) -> None:
    monkeypatch.setenv("APP_DATABASE_URL", database_url)


def seed(*options: str) -> Result:
    return CliRunner().invoke(commands, ["seed", *options])


def added(result: Result) -> set[str]:
    assert result.exit_code == 0, result.output
    return {line.partition(": ")[2] for line in result.output.splitlines()}


def test_seed_adds_what_is_missing_to_a_count() -> None:
    assert added(seed("--count", "3")) == {"3 rows added"}
    assert added(seed("--count", "3")) == {"0 rows added"}
    assert added(seed()) == {"17 rows added"}
    assert seed("--count", "-1").exit_code == 2


@pytest.mark.usefixtures("in_production")
def test_production_is_not_seeded() -> None:
    assert seed().output == "Error: Sample records do not belong in production.\n"


def test_missing_faker_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "app.platform.seeding.seeder", None)

    assert seed().output == (
        "Error: Sample records need Faker, a development dependency; install it with `uv sync`.\n"
    )


def values(name: str, kind: Any, highest: Any = None, **options: Any) -> list[Any]:
    """Return the values of a field in the first records of customers."""
    plain = {"optional": False, "unique": False, "length": SHORT_TEXT}
    field = RecordField(name=name, type=kind, is_key=False, indexed=False, **(plain | options))
    make = sample(field, "shop_customers", fakes.NOW, highest)
    return [make(number) for number in range(200)]


def test_name_of_a_field_decides_its_values() -> None:
    assert all(" " in name for name in values("name", str))
    assert all("@example." in email for email in values("address", str, length=EMAIL))
    assert max(map(len, values("nickname", str, length=5))) <= 5
    prices = values("price", Decimal)
    assert all(1 <= price <= 500 and price == round(price, 2) for price in prices)
    assert all(18 <= age <= 90 for age in values("age", int))
    assert max(values("storage", int)) > 90
    assert all(-90 <= each <= 90 for each in values("latitude", float))
    assert max(values("born", dt.date)) < fakes.NOW.date()
    assert min(values("expires_at", dt.datetime)) > fakes.NOW
    assert set(values("active", bool)) == {True, False}


def test_some_optional_values_are_none() -> None:
    left_out = values("born", dt.date, optional=True).count(None)
    assert 0 < left_out < 100


@pytest.mark.parametrize(
    ("kind", "length", "highest"),
    [
        (str, SHORT_TEXT, None),
        (str, EMAIL, None),
        (UUID, None, None),
        (int, None, 41),
        (float, None, 0.5),
        (Decimal, None, Decimal("9.99")),
        (dt.date, None, dt.date(2026, 1, 31)),
        (dt.datetime, None, fakes.NOW),
    ],
)
def test_unique_values_continue_from_the_highest(
    kind: Any, length: int | None, highest: Any
) -> None:
    first = values("code", kind, highest, unique=True, length=length)
    second = values("code", kind, unique=True, length=length)

    assert len(set(first)) == 200
    if highest is not None:
        assert min(first) > highest
    assert isinstance(second[0], type(first[0]))
