"""Test database of the generated service."""

from __future__ import annotations

import re
from pathlib import Path

from ..support import run
from .cases import first
from .running import Service, free_port

CASE_NAMES = [
    "defaults",
    first(database="postgresql", test_database="same"),
    first(database="mysql", test_database="same"),
    first(database="postgresql", test_database="sqlite"),
]
QUICK = ("--no-cov", "-q", "tests/integration/test_database.py")


def databases(service: Service) -> set[str]:
    """Return the names of the databases on the server; empty for SQLite."""
    if service.answers["database"] == "sqlite":
        return set()
    queries = {
        "postgresql": "SELECT datname FROM pg_database",
        "mysql": "SELECT schema_name FROM information_schema.schemata",
    }
    return set(service.select(queries[service.answers["database"]]))


def test_parallel_workers_create_and_drop_own_databases(service: Service) -> None:
    service.app("migrate")
    before = databases(service)

    in_parallel = ("uv", "run", "--with", "pytest-xdist", "pytest", "-n", "2", *QUICK)
    outcome = run(*in_parallel, cwd=service.path, check=False, variables=service.variables)

    assert outcome.returncode == 0, outcome.stdout[-5_000:]
    assert re.search(r"\d+ passed", outcome.stdout)
    own_name = re.compile(rf"{Path(service.database_url).name}_test_")
    assert not [name for name in databases(service) - before if own_name.match(name)]


def test_tests_refuse_production_environment(service: Service) -> None:
    production = {**service.variables, "APP_ENVIRONMENT": "production"}
    outcome = run(
        "uv", "run", "pytest", *QUICK, cwd=service.path, check=False, variables=production
    )

    assert outcome.returncode == 4
    assert "APP_ENVIRONMENT is production: run the tests elsewhere." in outcome.stderr
    assert outcome.stdout == ""


def test_unreachable_server_is_replaced_by_sqlite_file_if_chosen(service: Service) -> None:
    stands_in = service.answers.get("test_database") == "sqlite"
    nowhere = f"{service.answers['database']}://someone@127.0.0.1:{free_port()}/nothing"
    outcome = run(
        *("uv", "run", "pytest", *QUICK),
        cwd=service.path,
        check=False,
        variables={**service.variables, "APP_TEST_DATABASE_URL": nowhere},
    )

    needs_none = stands_in or service.answers["database"] == "sqlite"
    assert (outcome.returncode == 0) is needs_none, outcome.stdout[-5_000:]
