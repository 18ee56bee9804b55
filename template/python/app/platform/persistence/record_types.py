"""Record types: dataclasses with the information that a store needs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from functools import cached_property
from types import NoneType, UnionType
from typing import Any, Generic, TypeVar, get_args, get_type_hints

RecordT = TypeVar("RecordT")

# The most characters of a text; None is as many as the database takes.
SHORT_TEXT = 200
EMAIL = 254  # RFC 5321 allows no more.
LONG_TEXT = None


@dataclass(frozen=True, slots=True)
class RecordField:
    """A field of a record type; `length` limits texts only."""

    name: str
    type: Any
    optional: bool
    is_key: bool
    unique: bool
    indexed: bool
    length: int | None


@dataclass(frozen=True, eq=False)
class RecordType(Generic[RecordT]):
    """A dataclass whose instances are stored under `name`.

        PRODUCTS = RecordType("catalog_products", Product, unique=("sku",), indexed=("owner_id",))

    Every field of the dataclass is stored, and its annotation says how. A text takes 200
    characters unless `text_lengths` says otherwise. Lists are in the order of the key.
    """

    name: str
    record: type[RecordT]
    key: tuple[str, ...] = ("id",)
    unique: tuple[str, ...] = ()
    indexed: tuple[str, ...] = ()
    text_lengths: Mapping[str, int | None] = field(default_factory=dict)
    on_read: Callable[[RecordT], RecordT] | None = None
    """Maps each record that is read, for stored values that the code no longer knows."""

    @cached_property
    def fields(self) -> tuple[RecordField, ...]:
        hints = get_type_hints(self.record)
        return tuple(self._field(each.name, hints[each.name]) for each in fields(self.record))  # type: ignore[arg-type]

    @property
    def module(self) -> str:
        """The module of `app.modules` that declares the dataclass; empty if none does."""
        path = self.record.__module__.split(".")
        return path[2] if path[:2] == ["app", "modules"] else ""

    @property
    def conflict(self) -> str:
        """The sentence for a record whose key or unique value is taken."""
        return f"Another one already has this {' or '.join(self.unique or self.key)}."

    def _field(self, name: str, hint: Any) -> RecordField:
        optional = isinstance(hint, UnionType) and NoneType in get_args(hint)
        if optional:
            (hint,) = (each for each in get_args(hint) if each is not NoneType)
        return RecordField(
            name=name,
            type=hint,
            optional=optional,
            is_key=name in self.key,
            unique=name in self.unique,
            indexed=name in self.indexed,
            length=self.text_lengths.get(name, SHORT_TEXT),
        )
