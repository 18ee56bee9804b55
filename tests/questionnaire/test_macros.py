"""Macros that write the facts about modules in Python."""

from __future__ import annotations

import ast
import datetime as dt
import json
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from extensions.facts.modules import SAMPLES, Entity, Field, module_facts
from extensions.questionnaire import FIELD_TYPES, load_questions

from ..support import ROOT

ENVIRONMENT = Environment(
    loader=FileSystemLoader(ROOT),
    undefined=StrictUndefined,
    keep_trailing_newline=True,
    trim_blocks=True,
    lstrip_blocks=True,
    autoescape=False,
)
MACROS: Any = ENVIRONMENT.get_template("template/macros/python.jinja").module


def entity_with(**fields: str) -> Entity:
    result: Entity = module_facts({"shop": {"thing": fields}})["app_modules"][0].entities[0]
    return result


def field_of(text: str, name: str = "unit_price") -> Field:
    return entity_with(**{name: text}).fields[0]


def test_every_type_has_samples_and_a_notation() -> None:
    assert tuple(SAMPLES) == FIELD_TYPES
    for table in (MACROS.TYPES, MACROS.SCHEMAS, MACROS.COLUMNS):
        assert table.keys() == set(FIELD_TYPES)


def test_import_that_fits_is_one_line() -> None:
    assert MACROS.import_from("a" * 83, ["Name"]) == f"from {'a' * 83} import Name"


def test_longer_import_has_one_name_per_line() -> None:
    expected = f"from {'a' * 84} import (\n    Name,\n    Other,\n)"
    assert MACROS.import_from("a" * 84, ["Name", "Other"]) == expected


def test_names_are_imported_from_the_file_of_an_entity() -> None:
    imported = MACROS.import_layer(entity_with(size="int"), "domain", ["Thing", "ThingDetails"])
    assert imported == "from app.modules.shop.domain.thing import Thing, ThingDetails"


def test_types_of_requests_are_imported_without_uuid() -> None:
    entity = entity_with(price="decimal", label="str", other="str optional", key="uuid")
    expected = "from app.platform.http.fields import Amount, ShortText"
    assert MACROS.import_schemas(entity) == expected


@pytest.mark.parametrize(
    ("text", "annotation", "column"),
    [
        ("decimal optional", "Decimal | None", 'sa.Column("unit_price", tables.ExactDecimal())'),
        (
            "str unique",
            "str",
            'sa.Column("unit_price", sa.String(200), nullable=False, unique=True)',
        ),
    ],
)
def test_field_is_written_for_each_layer(text: str, annotation: str, column: str) -> None:
    field = field_of(text)
    assert MACROS.annotation(field) == annotation
    assert MACROS.column(field) == column


@pytest.mark.parametrize(("length", "lines"), [(26, 1), (27, 3)])
def test_column_longer_than_a_line_is_broken(length: int, lines: int) -> None:
    text = f"        {MACROS.column(field_of('decimal unique', 'x' * length))},"
    assert len(text.split("\n")) == lines
    assert max(map(len, text.split("\n"))) <= 100
    ast.parse("\n".join(line[8:] for line in text.split("\n")))


@pytest.mark.parametrize("kind", FIELD_TYPES)
def test_two_samples_are_the_same_value_in_python_and_json(kind: str) -> None:
    field = field_of(kind)
    names = {"dt": dt, "Decimal": Decimal, "UUID": UUID}
    samples = (field.sample, field.other)
    values = [eval(MACROS.value(field, sample), names) for sample in samples]

    assert values[0] != values[1]
    assert [type(value) for value in values] == [eval(MACROS.annotation(field), names)] * 2
    for value, sample in zip(values, samples, strict=True):
        raw = ENVIRONMENT.from_string("{{ sample | tojson }}").render(sample=sample)
        assert ast.literal_eval(MACROS.literal(sample)) == json.loads(raw) == sample
        if isinstance(value, dt.date):
            assert type(value).fromisoformat(str(sample)) == value
        else:
            assert type(value)(sample) == value


def test_curl_sends_a_credential_for_every_way_to_authenticate() -> None:
    macros: Any = ENVIRONMENT.get_template("template/macros/curl.jinja").module
    choices = load_questions(ROOT / "copier.yml")["auth"].choices

    assert tuple(macros.CREDENTIALS) == choices
    assert macros.credential("api_key") == '-H "X-API-Key: $key"'
