"""Combinations of answers that are booted: every choice daily, every pair in the full run."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from ..covering import BOOTED, BOOTED_DAILY, CHOICES

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
    """Return the sets to boot by name, each with the modules that met fewer of its answers."""
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
# Booted in the daily run; the others in the full run, and one by one in its slices.
DAILY = list(CASES)[: len(BOOTED_DAILY)]


def only(*names: str, daily: Sequence[str] | None = None) -> Callable[[Test], Test]:
    """Run a test for these cases only, whatever its module says; daily for these of them."""

    def mark(test: Test) -> Test:
        test.case_names = names  # type: ignore[attr-defined]
        if daily is not None:
            test.daily_names = daily  # type: ignore[attr-defined]
        return test

    return mark


def _order(name: str) -> tuple[bool, int, bool]:
    """Put cases of the daily run first, then the simplest authentication and authorization."""
    case = CASES[name]
    return (
        name not in DAILY,
        CHOICES["auth"].index(case["auth"]),
        case["authorization"] != "rbac",
    )


def first(**answers: Any) -> str:
    """Return the name of the first case with these answers, of the daily run if possible."""
    return min(
        (name for name, case in CASES.items() if answers.items() <= case.items()), key=_order
    )


def first_backed_up(database: str) -> str:
    """Return the name of the first case with backups of this database, in the same order."""
    fitting = [
        name
        for name, case in CASES.items()
        if case["database"] == database and case["backup"] != "none"
    ]
    return min(fitting, key=_order)
