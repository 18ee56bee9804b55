"""Migration commands: concurrent replicas, downgrade and upgrade."""

from __future__ import annotations

import subprocess
import time

import httpx

from ..support import ENVIRONMENT
from .cases import first
from .running import Running, Service, running

CASE_NAMES = ["defaults", first(database="postgresql"), first(database="mysql")]
REPLICAS = 4
SECONDS_TO_NOTICE = 15


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


def test_outdated_schema_returns_503_until_migrate(elsewhere: Service) -> None:
    elsewhere.app("migrate")
    module = next(iter(elsewhere.answers["modules"]))
    with running(elsewhere) as its:
        assert its.client.get("/health/ready").json()["status"] == "ok"

        elsewhere.app("downgrade", f"{module}@base", "--yes")

        not_ready = wait_for_readiness(its, 503)
        assert not_ready.headers["Content-Type"] == "application/problem+json"
        problem = not_ready.json()
        assert "schema" in problem["detail"]
        assert problem["checks"]["schema"] != "ok"
        assert problem["checks"]["database"] == "ok"
        assert its.client.head("/health/ready").status_code == 503
        assert its.client.get("/health/live").status_code == 200

        elsewhere.app("migrate")

        assert wait_for_readiness(its, 200).json()["status"] == "ok"


def wait_for_readiness(its: Running, status: int) -> httpx.Response:
    """Poll the readiness check until it returns a status, since the service may cache it."""
    deadline = time.monotonic() + SECONDS_TO_NOTICE
    while (response := its.client.get("/health/ready")).status_code != status:
        assert time.monotonic() < deadline, response.text
        time.sleep(0.1)
    return response
