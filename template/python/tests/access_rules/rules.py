"""What a rule is."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Rule:
    """Who may send a request, and a body that they could send; everybody else is refused."""

    allowed: frozenset[str]
    body: Any = None


Rules = dict[tuple[str, str], Rule]
"""By method and path, as OpenAPI has it."""
