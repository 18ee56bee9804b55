"""Pages of lists."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar
from uuid import UUID

Item_co = TypeVar("Item_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Page(Generic[Item_co]):
    """Items in order of creation; the next page, if any, starts after `next_after`."""

    items: Sequence[Item_co]
    next_after: UUID | None = None
