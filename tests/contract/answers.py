"""Copier answers that a service was generated from, as far as they affect its HTTP contract."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from extensions.naming import plural  # noqa: E402 (needs the path above)

COMMON_KEYS = frozenset({"id", "owner_id", "created_at", "updated_at", "version"})


@dataclass(frozen=True, slots=True)
class Field:
    """Field of an entity."""

    name: str
    type: str
    optional: bool
    unique: bool


@dataclass(frozen=True, slots=True)
class Entity:
    """Entity that the service stores."""

    module: str
    name: str
    fields: tuple[Field, ...]

    @property
    def path(self) -> str:
        """Path of the collection."""
        return f"/api/v1/{plural(self.name)}"

    @property
    def label(self) -> str:
        """Label in the names of parametrized tests."""
        return f"{self.module}.{self.name}"

    @property
    def keys(self) -> frozenset[str]:
        """Keys of a resource in a response."""
        return COMMON_KEYS | {field.name for field in self.fields}


@dataclass(frozen=True, slots=True)
class Answers:
    """All answers and the entities described by `modules`."""

    raw: Mapping[str, Any]
    entities: tuple[Entity, ...]

    def match(self, conditions: Mapping[str, Any]) -> bool:
        """Return True if each key has the value, or one of the values, given in `conditions`."""
        return all(
            self.raw.get(key) in (wanted if isinstance(wanted, tuple) else (wanted,))
            for key, wanted in conditions.items()
        )


def load_answers(path: Path) -> Answers:
    """Return the answers from a `.copier-answers.yml`."""
    raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    return Answers(
        raw=raw,
        entities=tuple(
            Entity(module, entity, tuple(_field(name, text) for name, text in fields.items()))
            for module, entities in raw["modules"].items()
            for entity, fields in entities.items()
        ),
    )


def _field(name: str, text: str) -> Field:
    kind, *modifiers = text.split()
    return Field(name, kind, optional="optional" in modifiers, unique="unique" in modifiers)
