"""Which answers are booted: every choice meets every other choice at least once."""

from __future__ import annotations

from typing import Any

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

CASES: dict[str, dict[str, Any]] = {
    "defaults": {},
    "postgresql": {"database": "postgresql", "metrics": "none", "rate_limit": ""},
    "uncached": {
        "database": "postgresql",
        "cache": "none",
        "rate_limit": "",
        "coverage_target": 95,
    },
    "least": {
        "database": "sqlite",
        "cache": "none",
        "metrics": "none",
        "rate_limit": "",
        "coverage_target": 95,
        "modules": RICH_MODULES,
    },
    "least-postgresql": {
        "database": "postgresql",
        "cache": "none",
        "metrics": "none",
        "rate_limit": "10/second",
        "modules": RICH_MODULES,
    },
    "backup-sqlite": {"backup": "daily", "coverage_target": 95},
    "backup-postgresql": {
        "database": "postgresql",
        "backup": "hourly",
        "backup_retention_days": 3,
        "coverage_target": 95,
    },
}

# What a covering set covers; a question with more answers than these belongs here.
CHOICES: dict[str, tuple[Any, ...]] = {
    "database": ("sqlite", "postgresql"),
    "cache": ("memory", "none"),
    "metrics": ("prometheus", "none"),
    "rate_limit": (True, False),
}


def chosen(answers: dict[str, Any], key: str) -> Any:
    """Return what a case answers to a question, as far as the covering set tells answers apart."""
    value = answers.get(key, {"rate_limit": "100/minute"}.get(key, CHOICES[key][0]))
    return bool(value) if key == "rate_limit" else value
