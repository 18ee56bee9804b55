"""What a rule is, and the groups of callers that the rules of every service name."""

from dataclasses import dataclass
from typing import Any

from tests.access import expected

ANYBODY = frozenset({*expected.CALLERS, "anonymous"})
MANAGERS = frozenset({"admin"})


@dataclass(frozen=True, slots=True)
class Rule:
    """Who may send a request, and a body that they could send; everybody else is refused."""

    allowed: frozenset[str]
    body: Any = None
