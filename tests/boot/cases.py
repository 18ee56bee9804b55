"""Which answers are booted: choices that could get in each other's way meet at least once."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, TypeVar

from ..covering import BOOTED, CHOICES

Test = TypeVar("Test", bound=Callable[..., None])

RICH_MODULES = {
    "warehouse": {
        "stock_item": {
            "label": "str unique",
            "notes": "text optional",
            "quantity": "int",
            "serial": "int optional unique",
            "unit_price": "decimal",
            "weight": "float optional",
            "fragile": "bool",
            "checked": "bool optional",
            "arrived": "date optional",
            "best_before": "date unique",
            "counted_at": "datetime optional",
            "batch": "uuid optional unique",
            "supplier": "email unique",
        },
        "shelf": {"code": "str optional"},
    },
    "crm": {
        "person": {"name": "str", "born": "date", "balance": "decimal unique"},
        "visit": {"at": "datetime unique", "length": "float unique"},
    },
}


RICH = {"modules": RICH_MODULES, "coverage_target": 95}


def _cases() -> dict[str, dict[str, Any]]:
    """Return the sets to boot, by name, with the modules that have met fewer of their answers."""
    cases = {}
    met: dict[str, set[tuple[str, Any]]] = {"default": set(), "rich": set()}
    for number, technical in enumerate(BOOTED):
        words = [re.sub(r"\W", "_", str(answer)) for answer in technical.values() if answer]
        name = "-".join(words) if number else "defaults"
        kind = min(met, key=lambda kind: len(met[kind] & technical.items()))
        met[kind] |= technical.items()
        cases[name] = technical | (RICH if kind == "rich" else {})
    return cases


CASES = _cases()


def only(*names: str) -> Callable[[Test], Test]:
    """Run a test for these cases alone, whatever its module says."""

    def mark(test: Test) -> Test:
        test.case_names = names  # type: ignore[attr-defined]
        return test

    return mark


def _unusual(name: str) -> tuple[int, bool]:
    """Put first who proves themself in the easiest way, and has the usual rights."""
    case = CASES[name]
    return CHOICES["auth"].index(case["auth"]), case["authorization"] != "rbac"


def first(**answers: Any) -> str:
    """Return the name of the first case with these answers, if it can be one of the usual auth."""
    fitting = [name for name, case in CASES.items() if answers.items() <= case.items()]
    return min(fitting, key=_unusual)


def first_backed_up(database: str) -> str:
    """Return the name of the first case with backups of this database, in the same way."""
    fitting = [
        name
        for name, case in CASES.items()
        if case["database"] == database and case["backup"] != "none"
    ]
    return min(fitting, key=_unusual)
