"""Pages of long lists."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar
from uuid import UUID

Item = TypeVar("Item", covariant=True)


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """Some items in order of creation; the next page, if any, starts after `next_after`."""

    items: Sequence[Item]
    next_after: UUID | None = None
