"""Facts about modules, entities and fields: names in all their cases, types and samples."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha1

from ..naming import class_name, pascal, plural, with_article, words
from ..questionnaire import FieldSpec, read_field

# Line length of the emitted code; `[tool.ruff]` of its pyproject.toml says the same.
LINE_LENGTH = 100


@dataclass(frozen=True, slots=True)
class FieldType:
    """How one type of the questionnaire is written in each place.

    The samples are two values: as Python, as JSON in Python, and as JSON. In those of `str`,
    `%s` stands for the field's label.
    """

    python: str
    schema: str
    column: str
    samples: tuple[str, str]
    json_samples: tuple[str, str]
    raw_samples: tuple[str, str]


def _same(first: str, second: str) -> dict[str, tuple[str, str]]:
    """Return samples that are written alike in Python and in JSON."""
    return dict.fromkeys(("samples", "json_samples", "raw_samples"), (first, second))


def _quoted(samples: tuple[str, str], first: str, second: str) -> dict[str, tuple[str, str]]:
    """Return samples that are strings in JSON."""
    texts = (f'"{first}"', f'"{second}"')
    return {"samples": samples, "json_samples": texts, "raw_samples": texts}


FIELD_TYPES = {
    "str": FieldType("str", "ShortText", "sa.String(200)", **_same('"%s 1"', '"%s 2"')),
    "text": FieldType("str", "LongText", "sa.Text()", **_same('"A long text."', '"Another one."')),
    "int": FieldType("int", "Integer", "sa.BigInteger()", **_same("3", "7")),
    "decimal": FieldType(
        "Decimal",
        "Amount",
        "tables.ExactDecimal()",
        **_quoted(('Decimal("9.99")', 'Decimal("12.5")'), "9.99", "12.5"),
    ),
    "float": FieldType("float", "Number", "sa.Double()", **_same("1.5", "2.25")),
    "bool": FieldType(
        "bool", "Flag", "sa.Boolean()", ("True", "False"), ("True", "False"), ("true", "false")
    ),
    "date": FieldType(
        "dt.date",
        "Day",
        "sa.Date()",
        **_quoted(
            ("dt.date(2026, 1, 31)", "dt.date(2026, 2, 28)"),
            "2026-01-31",
            "2026-02-28",
        ),
    ),
    "datetime": FieldType(
        "dt.datetime",
        "Instant",
        "tables.Timestamp()",
        **_quoted(
            (
                "dt.datetime(2026, 1, 31, 12, 0, tzinfo=dt.UTC)",
                "dt.datetime(2026, 2, 28, 18, 30, tzinfo=dt.UTC)",
            ),
            "2026-01-31T12:00:00Z",
            "2026-02-28T18:30:00Z",
        ),
    ),
    "uuid": FieldType(
        "UUID",
        "UUID",
        "sa.Uuid()",
        **_quoted(
            ("UUID(int=1)", "UUID(int=2)"),
            "00000000-0000-0000-0000-000000000001",
            "00000000-0000-0000-0000-000000000002",
        ),
    ),
    "email": FieldType(
        "str",
        "Email",
        "sa.String(254)",
        **_same('"someone@example.com"', '"another@example.com"'),
    ),
}


@dataclass(frozen=True, slots=True)
class Field:
    """One field of an entity, in every form that templates write."""

    name: str
    type: str
    optional: bool
    unique: bool
    label: str
    annotation: str
    schema: str
    column: str
    migration_column: str
    sample: str
    other: str
    sample_json: str
    other_json: str
    sample_raw: str
    other_raw: str


@dataclass(frozen=True, slots=True)
class Entity:
    """One entity of a module; `*_imports` are the lines that its fields need in each layer."""

    module: str
    name: str
    pascal: str
    plural: str
    plural_pascal: str
    constant: str
    label: str
    labels: str
    a_label: str
    title: str
    table: str
    revision: str
    fields: tuple[Field, ...]
    checked_fields: tuple[Field, ...]
    unique_fields: tuple[Field, ...]
    value_imports: tuple[str, ...]
    rule_imports: tuple[str, ...]
    schema_imports: tuple[str, ...]

    def imports(self, layer: str, *names: str) -> str:
        """Return the import of sorted `names` from this entity's file in a layer."""
        return import_of(f"app.modules.{self.module}.{layer}.{self.name}", *names)


@dataclass(frozen=True, slots=True)
class Module:
    """One module of the service; `revision` is the root of its migrations."""

    name: str
    pascal: str
    label: str
    title: str
    revision: str
    entities: tuple[Entity, ...]

    @property
    def entities_by_name(self) -> list[Entity]:
        """The entities in the order in which imports are sorted."""
        return sorted(self.entities, key=lambda entity: natural_key(entity.name))


def natural_key(name: str) -> list[str | int]:
    """Sort names as import sorters do: "box2" before "box10"."""
    return [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", name)]


def module_facts(name: str, entities: Mapping[str, Mapping[str, str]]) -> Module:
    label = words(name)
    return Module(
        name=name,
        pascal=pascal(name),
        label=label,
        title=label.capitalize(),
        revision=_revision(name),
        entities=tuple(_entity(name, entity, fields) for entity, fields in entities.items()),
    )


def _entity(module: str, name: str, field_texts: Mapping[str, str]) -> Entity:
    fields = tuple(
        _field(f"{module}.{name}.{field}", field, text) for field, text in field_texts.items()
    )
    checked = tuple(field for field in fields if field.type == "str")
    has_decimals = any(field.type == "decimal" for field in fields)
    return Entity(
        module=module,
        name=name,
        pascal=class_name(name),
        plural=plural(name),
        plural_pascal=class_name(plural(name)),
        constant=plural(name).upper(),
        label=words(name),
        labels=words(plural(name)),
        a_label=with_article(words(name)),
        title=with_article(words(name)).capitalize(),
        table=f"{module}_{plural(name)}",
        revision=_revision(f"{module}.{name}"),
        fields=fields,
        checked_fields=checked,
        unique_fields=tuple(field for field in fields if field.unique),
        value_imports=("from decimal import Decimal",) if has_decimals else (),
        rule_imports=("from app.kernel.rules import require_not_blank",) if checked else (),
        schema_imports=_schema_imports(fields),
    )


def _schema_imports(fields: tuple[Field, ...]) -> tuple[str, ...]:
    """Return the import of the request types of `fields`; `UUID` is no type of ours."""
    names = sorted({FIELD_TYPES[field.type].schema for field in fields} - {"UUID"})
    return (import_of("app.platform.http.fields", *names),) if names else ()


def import_of(module: str, *names: str) -> str:
    """Return a `from` import as formatters write it: on one line if it fits, else a name a line."""
    line = f"from {module} import {', '.join(names)}"
    if len(line) <= LINE_LENGTH:
        return line
    return "\n".join([f"from {module} import (", *(f"    {name}," for name in names), ")"])


def _field(path: str, name: str, text: str) -> Field:
    spec = read_field(path, text)
    kind = FIELD_TYPES[spec.type]
    label = words(name)
    column = _column(name, kind.column, spec)

    def named(sample: str) -> str:
        return sample.replace("%s", label.capitalize())

    return Field(
        name=name,
        type=spec.type,
        optional=spec.optional,
        unique=spec.unique,
        label=label,
        annotation=f"{kind.python} | None" if spec.optional else kind.python,
        schema=kind.schema,
        column=column,
        migration_column=_wrapped(column, indent=8),
        sample=named(kind.samples[0]),
        other=named(kind.samples[1]),
        sample_json=named(kind.json_samples[0]),
        other_json=named(kind.json_samples[1]),
        sample_raw=named(kind.raw_samples[0]),
        other_raw=named(kind.raw_samples[1]),
    )


def _column(name: str, kind: str, spec: FieldSpec) -> str:
    nullable = "" if spec.optional else ", nullable=False"
    unique = ", unique=True" if spec.unique else ""
    return f'sa.Column("{name}", {kind}{nullable}{unique})'


def _wrapped(call: str, indent: int) -> str:
    """Break a call as the formatter does if it is too long to stand `indent` deep in a list."""
    if indent + len(f"{call},") <= LINE_LENGTH:
        return call
    function, arguments = call.split("(", 1)
    margin = " " * indent
    return f"{function}(\n{margin}    {arguments[:-1]}\n{margin})"


def _revision(path: str) -> str:
    return sha1(path.encode(), usedforsecurity=False).hexdigest()[:12]
