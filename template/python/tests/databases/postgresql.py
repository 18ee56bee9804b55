"""PostgreSQL under test: a database for one run."""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from tests.databases.server import new_database_url

__all__ = ["analyze", "full_scans", "new_database_url"]


def analyze(table: str) -> str:
    """Return the statement that collects the statistics of a table for query plans."""
    return f"ANALYZE {table}"


def full_scans(connection: sa.Connection, statement: str, parameters: Any) -> list[str]:
    """Return the steps of a query plan that read, or sort, more rows than they return."""
    plan = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", parameters)
    nodes = _nodes(plan.scalar_one()[0]["Plan"])
    return [f"{kind} on {table}" for kind, table in nodes if kind in {"Seq Scan", "Sort"}]


def _nodes(node: dict[str, Any]) -> Iterator[tuple[str, str]]:
    yield node["Node Type"], node.get("Relation Name", "rows")
    for child in node.get("Plans", []):
        yield from _nodes(child)
