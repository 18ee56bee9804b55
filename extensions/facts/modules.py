"""Facts about modules, entities and fields: names in all their cases, types and samples."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha1
from typing import Any

from ..naming import class_name, natural_key, pascal, plural, with_article, words
from ..questionnaire import read_field

# Two values of each type, as JSON has them; `%s` stands for the field's label.
SAMPLES: dict[str, tuple[Any, Any]] = {
    "str": ("%s 1", "%s 2"),
    "text": ("A long text.", "Another long text."),
    "int": (3, 7),
    "decimal": ("9.99", "12.5"),
    "float": (1.5, 2.25),
    "bool": (True, False),
    "date": ("2026-01-31", "2026-02-28"),
    "datetime": ("2026-01-31T12:00:00Z", "2026-02-28T18:30:00Z"),
    "uuid": ("00000000-0000-0000-0000-000000000001", "00000000-0000-0000-0000-000000000002"),
    "email": ("someone@example.com", "another@example.com"),
}


@dataclass(frozen=True, slots=True)
class Field:
    """One field of an entity; `sample` and `other` are two values of its type."""

    name: str
    type: str
    optional: bool
    unique: bool
    label: str
    sample: Any
    other: Any


@dataclass(frozen=True, slots=True)
class Entity:
    """One entity of a module; `types` are those of its fields, sorted."""

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
    types: list[str]


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


def module_facts(modules: Mapping[str, Mapping[str, Mapping[str, str]]]) -> dict[str, Any]:
    """Return the modules in the order of the answer, and the names of all that are installed."""
    return {
        "app_modules": [_module(name, entities) for name, entities in modules.items()],
        "installed_modules": sorted(["identity", *modules], key=natural_key),
    }


def _module(name: str, entities: Mapping[str, Mapping[str, str]]) -> Module:
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
        checked_fields=tuple(field for field in fields if field.type == "str"),
        unique_fields=tuple(field for field in fields if field.unique),
        types=sorted({field.type for field in fields}),
    )


def _field(path: str, name: str, text: str) -> Field:
    spec = read_field(path, text)
    label = words(name)
    sample, other = (
        value.replace("%s", label.capitalize()) if isinstance(value, str) else value
        for value in SAMPLES[spec.type]
    )
    return Field(name, spec.type, spec.optional, spec.unique, label, sample, other)


def _revision(path: str) -> str:
    return sha1(path.encode(), usedforsecurity=False).hexdigest()[:12]
