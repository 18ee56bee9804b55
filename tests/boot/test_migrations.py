"""Migration commands: concurrent replicas, downgrade and upgrade."""

from __future__ import annotations

import subprocess

from ..support import ENVIRONMENT
from .cases import first
from .running import Service, running

CASE_NAMES = ["defaults", first(database="postgresql"), first(database="mysql")]
REPLICAS = 4


def test_concurrent_migrate_commands_all_succeed(elsewhere: Service) -> None:
    replicas = [
        subprocess.Popen(
            [elsewhere.path / ".venv/bin/app", "migrate"],
            cwd=elsewhere.path,
            env={**ENVIRONMENT, **elsewhere.variables},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
        )
        for _ in range(REPLICAS)
    ]
    told = [replica.communicate(timeout=120)[0] for replica in replicas]
    assert [replica.returncode for replica in replicas] == [0] * REPLICAS, told
    assert told == ["The database is up to date.\n"] * REPLICAS
    assert elsewhere.app("makemigrations") == "The migrations lack nothing.\n"


def test_downgrade_to_base_and_migrate_again_is_ready(elsewhere: Service) -> None:
    elsewhere.app("migrate")
    module = next(iter(elsewhere.answers["modules"]))

    assert "Aborted" in elsewhere.fails("downgrade", "base")
    elsewhere.app("downgrade", f"{module}@base", "--yes")
    elsewhere.app("downgrade", "base", "--yes")
    assert "no_such_revision" in elsewhere.fails("downgrade", "no_such_revision", "--yes")

    elsewhere.app("migrate")
    with running(elsewhere) as its:
        assert its.client.get("/health/ready").status_code == 200
