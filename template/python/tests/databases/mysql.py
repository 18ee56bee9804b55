"""MySQL or MariaDB under test: a database for one run."""

from typing import Any

import sqlalchemy as sa

from tests.databases.server import new_database_url

__all__ = ["analyze", "full_scans", "new_database_url"]


def analyze(table: str) -> str:
    """Return the statement that collects the statistics of a table for query plans."""
    return f"ANALYZE TABLE {table}"


def full_scans(connection: sa.Connection, statement: str, parameters: Any) -> list[str]:
    """Return the steps of a query plan that read, or sort, more rows than they return."""
    plan = connection.exec_driver_sql(f"EXPLAIN {statement}", parameters).mappings()
    return [f"{step['type']} of {step['table']}" for step in plan if _reads_all(step, statement)]


def _reads_all(step: sa.RowMapping, statement: str) -> bool:
    stops_early = step["type"] == "index" and "LIMIT" in statement
    reads_all = step["type"] in {"ALL", "index"} and not stops_early
    return reads_all or "filesort" in (step["Extra"] or "")
