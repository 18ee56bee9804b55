"""SQLite under test: a temporary file."""

from pathlib import Path
from typing import Any

import sqlalchemy as sa


def new_database_url(folder: Path) -> str:
    return f"sqlite:///{folder / 'test.db'}"


def analyze(_: str) -> str:
    """Return the statement that collects the statistics of a table for query plans."""
    return "ANALYZE"


def full_scans(connection: sa.Connection, statement: str, parameters: Any) -> list[str]:
    """Return the steps of a query plan that read, or sort, more rows than they return."""
    plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
    return [step.detail for step in plan if _reads_all(step.detail, statement)]


def _reads_all(step: str, statement: str) -> bool:
    stops_early = "USING" in step and "LIMIT" in statement
    return (step.startswith("SCAN") and not stops_early) or "TEMP B-TREE" in step
