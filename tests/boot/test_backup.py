"""Backup and restore: a backup is either complete or not listed."""

from __future__ import annotations

import re
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ..support import ENVIRONMENT, run
from .cases import first_backed_up, only
from .running import Running, Service, create_admin, headers_of, running

CASE_NAMES = [first_backed_up(database) for database in ("sqlite", "postgresql", "mysql")]
# File handling is the same for all databases: one with dump programs and one without suffice.
OWN_FOLDER = CASE_NAMES[:2]
SECRET = "only for the tests, and longer than it needs to be"
# Statements that fill a table with rows that hardly compress.
BIG = {
    "sqlite": (
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 600) "
        "INSERT INTO big SELECT hex(randomblob(50000)) FROM n"
    ),
    "postgresql": (
        "INSERT INTO big SELECT string_agg(md5(i::text || random()), '') "
        "FROM generate_series(1, 600) AS i, generate_series(1, 3000) GROUP BY i"
    ),
    "mysql": (
        "INSERT INTO big WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n "
        "WHERE i < 500) SELECT SHA2(RAND(), 512) FROM n AS one CROSS JOIN n AS other"
    ),
}


@pytest.fixture(autouse=True)
def folder(service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Backup folder of this test; the database exists, whatever earlier tests did."""
    monkeypatch.setitem(service.variables, "APP_BACKUP_FOLDER", str(tmp_path / "backups"))
    monkeypatch.setitem(service.variables, "APP_SECRET_KEY", SECRET)
    monkeypatch.setitem(service.variables, "APP_RATE_LIMIT", "1000000/second")
    return tmp_path / "backups"


@pytest.fixture(autouse=True)
def credential(service: Service, folder: Path) -> str:  # noqa: ARG001 (it sets variables)
    """The administrator's password or key; its command creates the database as well."""
    return create_admin(service)


def make_backup(service: Service) -> Path:
    """Run `app backup` and return the path of the backup."""
    written = re.fullmatch(r"Wrote (.+)\.", service.app("backup").splitlines()[0])
    assert written
    return service.path / written[1]


def execute(service: Service, *statements: str) -> None:
    """Run SQL statements in the database of the service, each in its own transaction."""
    service.python(
        "import asyncio, sqlalchemy as sa\n"
        "from app.platform.persistence.sql import adapter\n"
        "async def act():\n"
        f"    engine = adapter.create_engine({service.database_url!r})\n"
        f"    for statement in {statements!r}:\n"
        "        async with engine.begin() as connection:\n"
        "            await connection.execute(sa.text(statement))\n"
        "    await engine.dispose()\n"
        "asyncio.run(act())\n"
    )


def things(service: Service, its: Running) -> list[dict[str, Any]]:
    """Return all resources of an entity from the API."""
    found: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        query: dict[str, str] = {"limit": "100", **cursor}
        page = its.client.get(service.collection, params=query).raise_for_status().json()
        found += page["items"]
        if page["next_cursor"] is None:
            return found
        cursor = {"cursor": page["next_cursor"]}


def create_things(service: Service, its: Running, count: int) -> None:
    """Create resources over HTTP."""
    for number in range(count):
        its.client.post(service.collection, json=service.body(number)).raise_for_status()


def test_restore_recreates_dropped_database(service: Service, credential: str) -> None:
    with running(service) as its:
        its.client.headers.update(headers_of(service, its, credential))
        create_things(service, its, 120)
        before = things(service, its)
        backup = make_backup(service)
        assert its.stop() == 0
    assert len(before) >= 120
    service.drop_database()

    assert f"tables from {backup}." in service.app("restore", str(backup))

    with running(service) as its:
        its.client.headers.update(headers_of(service, its, credential))
        assert things(service, its) == before
        assert its.stop() == 0


def test_restore_with_force_takes_effect_in_running_service(
    service: Service, credential: str
) -> None:
    with running(service) as its:
        its.client.headers.update(headers_of(service, its, credential))
        create_things(service, its, 3)
        before = things(service, its)
        backup = make_backup(service)
        create_things(service, its, 2)
        after = things(service, its)
        assert "the database has rows" in service.fails("restore", str(backup)).lower()
        assert things(service, its) == after

        service.app("restore", "--force", str(backup))

        assert things(service, its) == before
        create_things(service, its, 1)
        assert len(things(service, its)) == len(before) + 1
        assert "Traceback" not in its.log.read_text(encoding="utf-8")


@pytest.fixture
def big(service: Service) -> Iterator[Service]:
    """Service with a database that takes a while to back up."""
    execute(service, "CREATE TABLE big (x TEXT)", BIG[service.answers["database"]])
    yield service
    execute(service, "DROP TABLE big")


def start_backup(service: Service, *limits: str) -> subprocess.Popen[str]:
    """Start `app backup` as a process without waiting for its end."""
    command = [*limits, f"exec {service.path}/.venv/bin/app backup"]
    return subprocess.Popen(
        ["sh", "-c", "\n".join(command)],
        cwd=service.path,
        env={**ENVIRONMENT, **service.variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )


def wait_until_half_written(folder: Path, process: subprocess.Popen[str]) -> None:
    """Wait until a backup file is partly written."""
    deadline = time.monotonic() + 60
    while not any(path.stat().st_size for path in folder.glob(".unfinished-*/backup")):
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.001)


def names(folder: Path) -> list[str]:
    """Return the names of the files in the folder except the lock."""
    return sorted(path.name for path in folder.iterdir() if path.name != ".lock")


@only(*OWN_FOLDER, daily=OWN_FOLDER[:1])
def test_killed_backup_is_not_listed(big: Service, folder: Path) -> None:
    process = start_backup(big)
    wait_until_half_written(folder, process)
    process.kill()
    process.communicate()

    assert process.returncode == -signal.SIGKILL
    (left,) = names(folder)
    assert left.startswith(".unfinished-")
    assert big.app("backups") == ""

    backup = make_backup(big)

    assert names(folder) == [backup.name, f"{backup.name}.sha256"]
    big.app("backups", "--verify")


@only(*OWN_FOLDER, daily=OWN_FOLDER[:1])
def test_backup_without_disk_space_fails_and_leaves_no_file(big: Service, folder: Path) -> None:
    process = start_backup(big, "ulimit -f 2000")

    _, said = process.communicate(timeout=120)

    assert process.returncode == 1
    assert said.startswith("Error: ")
    assert said.count("\n") == 1
    assert names(folder) == []


@only(*OWN_FOLDER, daily=OWN_FOLDER[:1])
def test_concurrent_backups_all_succeed(service: Service) -> None:
    processes = [start_backup(service) for _ in range(3)]

    outcomes = [(process.communicate(timeout=120), process.returncode) for process in processes]

    assert [code for _, code in outcomes] == [0, 0, 0], outcomes
    assert len(service.app("backups", "--verify").splitlines()) == 3


@pytest.fixture
def environment_file(service: Service) -> Iterator[Path]:
    """Environment file with production settings; cron passes no other variables."""
    path = service.path / ".env"
    lines = [f"{name}={value}\n" for name, value in service.variables.items()]
    production = ["APP_ENVIRONMENT=production\n", "APP_ALLOWED_HOSTS=api.example.com\n"]
    path.write_text("".join([*production, *lines]), encoding="utf-8")
    yield path
    path.unlink()


def run_as_cron(service: Service, home: Path) -> subprocess.CompletedProcess[str]:
    """Run the command of the crontab in the environment that cron provides."""
    crontab = (service.path / "deploy/crontab").read_text(encoding="utf-8")
    lines = [line for line in crontab.splitlines() if line and not line.startswith("#")]
    setting, job = lines
    assert setting == f"SERVICE=/srv/{service.answers['project_slug']}"
    minute, *_, command = job.split(maxsplit=5)
    assert minute.isdigit()
    assert "%" not in command, "cron ends the command at a percent sign"
    given = {"HOME": str(home), "PATH": "/usr/bin:/bin", "SHELL": "/bin/sh", "LOGNAME": "service"}
    return subprocess.run(
        ["/bin/sh", "-c", command],
        cwd=home,
        env={**given, "SERVICE": str(service.path)},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


@only(CASE_NAMES[0])
def test_crontab_command_creates_backup(
    service: Service, folder: Path, environment_file: Path, tmp_path: Path
) -> None:
    outcome = run_as_cron(service, tmp_path)

    assert (outcome.returncode, outcome.stdout, outcome.stderr) == (0, "", "")
    assert len(names(folder)) == 2
    checked = run("sha256sum", "--check", *folder.glob("*.sha256"), cwd=folder)
    assert checked.stdout.endswith(": OK\n")

    environment_file.write_text("APP_DATABASE_URL=nonsense\n", encoding="utf-8")
    outcome = run_as_cron(service, tmp_path)

    assert outcome.returncode == 1
    assert outcome.stderr.startswith("Error: APP_DATABASE_URL: ")
