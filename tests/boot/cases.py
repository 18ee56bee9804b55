"""Which answers are booted: every choice meets every other choice at least once."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, TypeVar

from ..covering import BOOTED

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


def _cases() -> dict[str, dict[str, Any]]:
    """Return the covering sets, by name, each second one with modules that have everything."""
    cases = {}
    for number, technical in enumerate(BOOTED):
        words = [re.sub(r"\W", "_", str(answer)) for answer in technical.values() if answer]
        name = "-".join(words) if number else "defaults"
        cases[name] = technical | (MORE if number % 2 else {})
    return cases


MORE = {"modules": RICH_MODULES, "coverage_target": 95}
CASES = _cases()


def only(*names: str) -> Callable[[Test], Test]:
    """Run a test for these cases alone, whatever its module says."""

    def mark(test: Test) -> Test:
        test.case_names = names  # type: ignore[attr-defined]
        return test

    return mark


def _unusual(case: dict[str, Any]) -> tuple[bool, bool]:
    return case["auth"] != "jwt", case["authorization"] != "rbac"


def first(**answers: Any) -> str:
    """Return the name of the first case with these answers, if it can be one of the usual auth."""
    fitting = [name for name, case in CASES.items() if answers.items() <= case.items()]
    return min(fitting, key=lambda name: _unusual(CASES[name]))


def first_backed_up(database: str) -> str:
    """Return the name of the first case with backups of this database, and the default modules."""
    return next(
        name
        for name, case in CASES.items()
        if case["database"] == database and case["backup"] != "none" and "modules" not in case
    )
