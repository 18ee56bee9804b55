"""Access rules of endpoints."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Rule:
    """Callers whose requests are allowed, and a body for the requests; others are refused."""

    allowed: frozenset[str]
    body: Any = None


Rules = dict[tuple[str, str], Rule]
"""Rules by method and path, as OpenAPI writes them."""
