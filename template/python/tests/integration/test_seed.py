"""Made-up rows: as many as asked for, and believable."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from app.cli import app as commands
from app.platform.persistence.sql import tables
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


def test_seed_fills_up_to_a_count() -> None:
    assert added(seed("--count", "3")) == {"3 rows added"}
    assert added(seed("--count", "3")) == {"0 rows added"}
    assert added(seed()) == {"17 rows added"}
    assert seed("--count", "-1").exit_code == 2


@pytest.mark.usefixtures("in_production")
def test_production_has_no_place_for_it() -> None:
    assert seed().output == "Error: Made-up rows have no place in production.\n"


def values(name: str, kind: Any, highest: Any = None, **options: Any) -> list[Any]:
    """What a column of some table gets in its first rows."""
    column = sa.Column(name, kind, **options)
    sa.Table("shop_customers", sa.MetaData(), column)
    make = sample(column, fakes.NOW, highest)
    return [make(number) for number in range(200)]


def test_what_a_value_looks_like_follows_from_its_name() -> None:
    assert all(" " in name for name in values("name", sa.String(200), nullable=False))
    emails = values("address", sa.String(tables.EMAIL_LENGTH), nullable=False)
    assert all("@example." in email for email in emails)
    assert max(map(len, values("nickname", sa.String(5), nullable=False))) <= 5
    prices = values("price", tables.ExactDecimal(), nullable=False)
    assert all(1 <= price <= 500 and price == round(price, 2) for price in prices)
    assert all(18 <= age <= 90 for age in values("age", sa.BigInteger(), nullable=False))
    assert max(values("storage", sa.BigInteger(), nullable=False)) > 90
    assert all(-90 <= each <= 90 for each in values("latitude", sa.Double(), nullable=False))
    assert max(values("born", sa.Date(), nullable=False)) < fakes.NOW.date()
    assert min(values("expires_at", tables.Timestamp(), nullable=False)) > fakes.NOW
    assert set(values("active", sa.Boolean(), nullable=False)) == {True, False}


def test_some_are_left_out_where_they_may_be() -> None:
    left_out = values("born", sa.Date()).count(None)
    assert 0 < left_out < 100


@pytest.mark.parametrize(
    ("kind", "highest"),
    [
        (sa.String(200), None),
        (sa.String(tables.EMAIL_LENGTH), None),
        (sa.Uuid(), None),
        (sa.BigInteger(), 41),
        (sa.Double(), 0.5),
        (tables.ExactDecimal(), Decimal("9.99")),
        (sa.Date(), dt.date(2026, 1, 31)),
        (tables.Timestamp(), fakes.NOW),
    ],
    ids=str,
)
def test_unique_values_follow_on_those_that_are_there(kind: Any, highest: Any) -> None:
    first, second = values("code", kind, highest, unique=True), values("code", kind, unique=True)

    assert len(set(first)) == 200
    if highest is not None:
        assert min(first) > highest
    assert isinstance(second[0], type(first[0]))
