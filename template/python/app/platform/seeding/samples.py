"""Realistic values for a field, by its name and its type."""

import datetime as dt
import re
import uuid
from collections.abc import Callable
from decimal import Decimal
from random import Random
from typing import Any

from faker import Faker

from app.platform.persistence.record_types import EMAIL, RecordField

Sample = Callable[[int], Any]
"""Returns the value for the record with a number."""

# Number of texts per field; generating a text takes longer than storing a record.
POOL_SIZE = 1000
# Probability of None for an optional field, and of True for a bool.
EMPTY = 0.1
OFTEN = 0.8

# Words in snake_case names, singular or plural.
PEOPLE = (
    r"people|person|customer|client|employee|author|patient|student|teacher|contact|member|driver"
    r"|guest|visitor|owner|doctor|player|worker|candidate|applicant|tenant|subscriber"
)
COMPANIES = r"company|companies|supplier|vendor|organi[sz]ation|brand|manufacturer|partner|store"

TEXTS: tuple[tuple[str, Callable[[Faker], str]], ...] = (
    (r"first_name|given_name", lambda fake: fake.first_name()),
    (r"last_name|family_name|surname", lambda fake: fake.last_name()),
    (r"full_name|author|contact|owner|customer|employee", lambda fake: fake.name()),
    (r"user_?name|login|nick", lambda fake: fake.user_name()),
    (r"company|supplier|vendor|brand|manufacturer", lambda fake: fake.company()),
    (r"phone|mobile|fax", lambda fake: fake.phone_number()),
    (r"url|website|link|homepage", lambda fake: fake.url()),
    (r"street|address", lambda fake: fake.street_address()),
    (r"zip|postal|postcode", lambda fake: fake.postcode()),
    (r"city|town", lambda fake: fake.city()),
    (r"country|origin", lambda fake: fake.country()),
    (r"colou?r", lambda fake: fake.color_name()),
    (r"currency", lambda fake: fake.currency_code()),
    (r"language", lambda fake: fake.language_name()),
    (r"job|profession|position", lambda fake: fake.job()),
    (r"sku|code|serial|number|reference|barcode", lambda fake: fake.bothify("??-#####").upper()),
    (r"state|status", lambda fake: fake.random_element(("new", "active", "on hold", "done"))),
    (r"title|subject|headline|summary", lambda fake: fake.sentence().rstrip(".")),
    (r"description|note|comment|text|body|content|message", lambda fake: fake.paragraph()),
    (r"name|label", lambda fake: fake.catch_phrase()),
)
# Name pattern, minimum, maximum.
NUMBERS: tuple[tuple[str, float, float], ...] = (
    (r"price|cost|amount|total|fee|balance|budget|value", 1, 500),
    (r"salary|income|revenue", 20_000, 120_000),
    (r"percent|rate|discount|share", 0, 100),
    (r"rating|score|stars", 1, 5),
    (r"quantity|stock|count|number_of", 0, 250),
    (r"year", 1980, 2030),
    (r"age", 18, 90),
    (r"latitude|lat", -90, 90),
    (r"longitude|lng|lon", -180, 180),
    (r".+", 1, 1000),
)
# Name pattern, earliest and latest day from now.
DAYS: tuple[tuple[str, int, int], ...] = (
    (r"born|birth|birthday|birthdate", -80 * 365, -18 * 365),
    (r"due|expire|until|deadline|before|end|next", 1, 2 * 365),
    (r".+", -3 * 365, 0),
)


def sample(field: RecordField, record_name: str, now: dt.datetime, highest: Any) -> Sample:
    """Return a generator of values for a field; `highest` is the highest below the ceiling."""
    chance = Random(field.name)  # noqa: S311 (nothing here is secret)
    if field.unique:
        return _unique(field, record_name, highest, chance)
    values = _values(field, record_name, now, chance)
    if field.optional:
        return lambda number: None if chance.random() < EMPTY else values(number)
    return values


def has_sequence(field: RecordField) -> bool:
    """Return True if unique values of the field continue from the highest stored one."""
    return field.unique and field.type not in {str, uuid.UUID}


def ceiling(field: RecordField) -> Any:
    """Return the limit of the values from which a sequence continues."""
    highest = {
        dt.datetime: dt.datetime(2500, 1, 1, tzinfo=dt.UTC),
        dt.date: dt.date(2500, 1, 1),
        Decimal: Decimal(10**12),
    }
    return highest.get(field.type, 10**15)


def _values(field: RecordField, record_name: str, now: dt.datetime, chance: Random) -> Sample:
    if field.type is str:
        return _texts(field, record_name, chance)
    if field.type is bool:
        return lambda _: chance.random() < OFTEN
    if field.type is uuid.UUID:
        return lambda _: uuid.UUID(int=chance.getrandbits(128), version=4)
    first, last = _range(DAYS, field.name)
    if field.type is dt.datetime:
        return lambda _: now + dt.timedelta(minutes=chance.randint(first * 1440, last * 1440))
    if field.type is dt.date:
        return lambda _: (now + dt.timedelta(days=chance.randint(first, last))).date()
    return _numbers(field, chance)


def _has_word(words: str, name: str) -> bool:
    """Return True if a whole word of the name is one of the words (`age` is not in `storage`)."""
    return bool(re.search(rf"(?:^|_)(?:{words})s?(?:_|$)", name))


def _range(table: tuple[tuple[str, Any, Any], ...], name: str) -> tuple[Any, Any]:
    return next((first, last) for words, first, last in table if _has_word(words, name))


def _texts(field: RecordField, record_name: str, chance: Random) -> Sample:
    fake = Faker()
    fake.seed_instance(field.name)
    make = _text_maker(field, record_name)
    pool = [make(fake)[: field.length] for _ in range(POOL_SIZE)]
    return lambda _: chance.choice(pool)


def _text_maker(field: RecordField, record_name: str) -> Callable[[Faker], str]:
    if field.length == EMAIL:
        return lambda fake: fake.safe_email()
    if field.name in {"name", "label"}:
        if _has_word(PEOPLE, record_name):
            return lambda fake: fake.name()
        if _has_word(COMPANIES, record_name):
            return lambda fake: fake.company()
    known = (make for words, make in TEXTS if _has_word(words, field.name))
    return next(known, lambda fake: fake.sentence().rstrip("."))


def _numbers(field: RecordField, chance: Random) -> Sample:
    first, last = _range(NUMBERS, field.name)
    if field.type is Decimal:
        return lambda _: Decimal(chance.randint(int(first * 100), int(last * 100))) / 100
    if field.type is float:
        return lambda _: round(chance.uniform(first, last), 2)
    return lambda _: chance.randint(int(first), int(last))


def _unique(field: RecordField, record_name: str, highest: Any, chance: Random) -> Sample:
    """Return a generator of values that continue from the highest or contain a random part."""
    if field.type is uuid.UUID:
        return lambda _: uuid.uuid4()
    if field.type is str:
        run = uuid.uuid4().hex[:6]
        texts = _texts(field, record_name, chance)
        if field.length == EMAIL:
            return lambda number: f"{number + 1}.{run}.{texts(number)}"
        return lambda number: f"{texts(number)[:150]} {run}-{number + 1}"
    start, step = _sequence(field, highest)
    return lambda number: start + step * (number + 1)


def _sequence(field: RecordField, highest: Any) -> tuple[Any, Any]:
    if field.type is dt.datetime:
        return highest or dt.datetime(2020, 1, 1, tzinfo=dt.UTC), dt.timedelta(minutes=1)
    if field.type is dt.date:
        return highest or dt.date(1900, 1, 1), dt.timedelta(days=1)
    if field.type is Decimal:
        return highest or Decimal(0), Decimal("0.01")
    return highest or 0, 0.5 if field.type is float else 1
