"""Migrations as an operator runs them: from several replicas at once, forth and back."""

from __future__ import annotations

import subprocess
from pathlib import Path

from ..support import ENVIRONMENT
from .cases import first
from .running import Service, new_database_url, running

CASE_NAMES = ["defaults", first(database="postgresql"), first(database="mysql")]
REPLICAS = 4


def on_another_database(service: Service, folder: Path) -> Service:
    """The same service on a database that does not exist yet."""
    url = new_database_url(service.answers, folder)
    return Service(service.path, service.answers, url, {"APP_DATABASE_URL": url})


def test_replicas_that_start_at_once_migrate_once(service: Service, tmp_path: Path) -> None:
    other = on_another_database(service, tmp_path)
    try:
        replicas = [
            subprocess.Popen(
                [other.path / ".venv/bin/app", "migrate"],
                cwd=other.path,
                env={**ENVIRONMENT, **other.variables},
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                encoding="utf-8",
            )
            for _ in range(REPLICAS)
        ]
        told = [replica.communicate(timeout=120)[0] for replica in replicas]
        assert [replica.returncode for replica in replicas] == [0] * REPLICAS, told
        assert told == ["The database is up to date.\n"] * REPLICAS
        assert other.app("makemigrations") == "The migrations lack nothing.\n"
    finally:
        other.drop_database()


def test_migrations_go_back_and_forth(service: Service, tmp_path: Path) -> None:
    other = on_another_database(service, tmp_path)
    try:
        other.app("migrate")
        module = next(iter(service.answers["modules"]))

        assert "Aborted" in other.fails("downgrade", "base")
        other.app("downgrade", f"{module}@base", "--yes")
        other.app("downgrade", "base", "--yes")
        assert "no_such_revision" in other.fails("downgrade", "no_such_revision", "--yes")

        other.app("migrate")
        with running(other) as its:
            assert its.client.get("/health/ready").status_code == 200
    finally:
        other.drop_database()
