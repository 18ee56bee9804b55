"""Checks of `modules`: the names of modules, entities and fields, and the types of fields."""

from __future__ import annotations

import keyword
import re
from dataclasses import dataclass
from typing import Any

import yaml

from ..naming import class_name, plural
from .refusals import RefusalError, advice, alternatives, shortened
from .reserved import (
    COMMON_FIELDS,
    RESERVED_FIELDS,
    RESERVED_MODULE_PREFIXES,
    RESERVED_MODULES,
    RESERVED_PLURALS,
)

FIELD_TYPES = (
    "str",
    "text",
    "int",
    "decimal",
    "float",
    "bool",
    "date",
    "datetime",
    "uuid",
    "email",
)
MODIFIERS = ("optional", "unique")
NOT_UNIQUE = {
    "bool": "a boolean has only two values",
    "text": "long text cannot be indexed on every database",
}

NAME_LENGTH = 28
MAX_MODULES = 50
MAX_ENTITIES = 200
MAX_FIELDS = 60

_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """The type and modifiers of a field, such as `"decimal optional"`."""

    type: str
    optional: bool
    unique: bool


def check_modules(value: object) -> None:
    """Refuse a value other than `{module: {entity: {field: "type [optional] [unique]"}}}`.

    Raises:
        RefusalError: the value is refused; the sentence names what is wrong as module.entity.field.
    """
    modules = _mapping(value, "'modules'", "module", "{catalog: {product: {name: str}}}")
    if len(modules) > MAX_MODULES:
        raise RefusalError(f"There are {len(modules)} modules; a service can have {MAX_MODULES}.")
    for module in modules:
        _check_module_name(module)
    entities: list[tuple[str, str]] = []
    for module, content in modules.items():
        example = f"{{{module}: {{product: {{name: str}}}}}}"
        for entity, fields in _mapping(
            content, f"The module '{module}'", "entity", example
        ).items():
            _check_entity(module, entity, fields)
            entities.append((module, entity))
    if len(entities) > MAX_ENTITIES:
        raise RefusalError(
            f"There are {len(entities)} entities; a service can have {MAX_ENTITIES}."
        )
    _check_collisions(entities)


def read_field(path: str, value: object) -> FieldSpec:
    """Return the type and modifiers of a field; `path` is its module.entity.field.

    Raises:
        RefusalError: the type is unknown or missing, or a modifier does not fit.
    """
    words = value.split() if isinstance(value, str) else []
    if not words:
        given = (
            "has no type" if value in (None, "") else f"has {shortened(value)} in place of a type"
        )
        raise RefusalError(f"The field '{path}' {given}; write {alternatives(FIELD_TYPES)}.")
    kind, *modifiers = words
    if kind not in FIELD_TYPES:
        hint = advice(kind.lower(), FIELD_TYPES, "write one of them")
        raise RefusalError(
            f"The field '{path}' has the unknown type {kind!r} "
            f"(the types are {', '.join(FIELD_TYPES)}); {hint}"
        )
    for position, modifier in enumerate(modifiers):
        if modifier not in MODIFIERS:
            otherwise = f"after the type, write {alternatives(MODIFIERS)}"
            raise RefusalError(
                f"The field '{path}' has the unknown modifier {modifier!r}; "
                f"{advice(modifier.lower(), MODIFIERS, otherwise)}"
            )
        if modifier in modifiers[:position]:
            raise RefusalError(
                f"The field '{path}' has the modifier {modifier!r} twice; remove one."
            )
    spec = FieldSpec(kind, optional="optional" in modifiers, unique="unique" in modifiers)
    if spec.unique and kind in NOT_UNIQUE:
        raise RefusalError(
            f"The field '{path}' cannot be unique because {NOT_UNIQUE[kind]}; "
            f"remove 'unique'{' or use str' if kind == 'text' else ''}."
        )
    return spec


def _mapping(value: object, what: str, of: str, example: str) -> dict[str, Any]:
    """Return `value` if it is a mapping that is not empty and has only texts as keys."""
    if not isinstance(value, dict):
        raise RefusalError(f"{what} must map each {of} to its content, such as {example}.")
    if not value:
        raise RefusalError(f"{what} is empty; give it at least one {of}, such as {example}.")
    for key in value:
        if not isinstance(key, str):
            read_as = yaml.safe_dump(key).split("\n")[0]
            raise RefusalError(
                f"{what} has a name that YAML reads as {read_as}, not as text; "
                "put the name in quotes or choose another."
            )
    return value


def _check_name(name: str, what: str) -> None:
    if not _NAME.fullmatch(name):
        raise RefusalError(
            f"{what} is not a valid name; write lowercase letters, digits and single underscores, "
            "beginning with a letter."
        )
    if len(name) > NAME_LENGTH:
        raise RefusalError(f"{what} has {len(name)} characters; shorten it to {NAME_LENGTH}.")
    if keyword.iskeyword(name):
        raise RefusalError(f"{what} is a Python keyword; choose another name.")


def _check_module_name(module: str) -> None:
    what = f"The module {module!r}"
    _check_name(module, what)
    reason = RESERVED_MODULES.get(module) or next(
        (why for prefix, why in RESERVED_MODULE_PREFIXES.items() if module.startswith(prefix)), None
    )
    if reason:
        raise RefusalError(f"{what} has a reserved name because {reason}; choose another name.")


def _check_entity(module: str, entity: str, fields: object) -> None:
    path = f"{module}.{entity}"
    what = f"The entity {path!r}"
    _check_name(entity, what)
    if plural(entity) in RESERVED_PLURALS:
        raise RefusalError(
            f"{what} has a reserved name because identity serves /api/v1/{plural(entity)}; "
            "choose another name."
        )
    if keyword.iskeyword(plural(entity)):
        raise RefusalError(
            f"{what} has the plural {plural(entity)!r}, a Python keyword; choose another name."
        )
    content = _mapping(fields, what, "field", f"{{{entity}: {{name: str}}}}")
    if len(content) > MAX_FIELDS:
        raise RefusalError(f"{what} has {len(content)} fields; an entity can have {MAX_FIELDS}.")
    for field, text in content.items():
        _check_field_name(f"{path}.{field}", field)
        read_field(f"{path}.{field}", text)


def _check_field_name(path: str, field: str) -> None:
    what = f"The field {path!r}"
    _check_name(field, what)
    if field in COMMON_FIELDS:
        raise RefusalError(f"{what} is a field that every entity has; remove or rename it.")
    if field == "l":
        raise RefusalError(f"{what} looks like the number 1; choose another name.")
    if field in RESERVED_FIELDS or field.startswith("model_"):
        raise RefusalError(f"{what} has a name that the emitted classes use; choose another name.")


def _check_collisions(entities: list[tuple[str, str]]) -> None:
    """Refuse entities, of any modules, that would share a class, a path or a table."""
    classes: dict[str, str] = {}
    tables: dict[str, str] = {}
    for module, entity in entities:
        path = f"{module}.{entity}"
        names = {class_name(entity): classes, class_name(plural(entity)): classes}
        for name, owners in (names | {f"{module}_{plural(entity)}": tables}).items():
            if other := owners.get(name):
                raise RefusalError(
                    f"The entities '{other}' and '{path}' would both need the name {name!r}; "
                    "rename one of them."
                )
        classes |= dict.fromkeys(names, path)
        tables[f"{module}_{plural(entity)}"] = path
