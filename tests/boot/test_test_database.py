"""The service's own tests use a database of their own, and stay away from production."""

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
    """The names of the databases on the service's server; none if it has no server."""
    if service.answers["database"] == "sqlite":
        return set()
    queries = {
        "postgresql": "SELECT datname FROM pg_database",
        "mysql": "SELECT schema_name FROM information_schema.schemata",
    }
    return set(service.select(queries[service.answers["database"]]))


def test_each_worker_has_a_database_and_leaves_none(service: Service) -> None:
    service.app("migrate")
    before = databases(service)

    in_parallel = ("uv", "run", "--with", "pytest-xdist", "pytest", "-n", "2", *QUICK)
    outcome = run(*in_parallel, cwd=service.path, check=False, variables=service.variables)

    assert outcome.returncode == 0, outcome.stdout[-5_000:]
    assert re.search(r"\d+ passed", outcome.stdout)
    ours = re.compile(rf"{Path(service.database_url).name}_test_")
    assert not [name for name in databases(service) - before if ours.match(name)]


def test_they_refuse_what_belongs_to_production(service: Service) -> None:
    production = {**service.variables, "APP_ENVIRONMENT": "production"}
    outcome = run(
        "uv", "run", "pytest", *QUICK, cwd=service.path, check=False, variables=production
    )

    assert outcome.returncode == 4
    assert "APP_ENVIRONMENT is production: run the tests elsewhere." in outcome.stderr
    assert outcome.stdout == ""


def test_a_file_stands_in_for_a_server_that_nobody_has(service: Service) -> None:
    stands_in = service.answers.get("test_database") == "sqlite"
    nowhere = f"{service.answers['database']}://somebody@127.0.0.1:{free_port()}/nothing"
    outcome = run(
        *("uv", "run", "pytest", *QUICK),
        cwd=service.path,
        check=False,
        variables={**service.variables, "APP_TEST_DATABASE_URL": nowhere},
    )

    needs_none = stands_in or service.answers["database"] == "sqlite"
    assert (outcome.returncode == 0) is needs_none, outcome.stdout[-5_000:]
