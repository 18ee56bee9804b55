"""Backups with PostgreSQL's programs: their arguments and their failures."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from app.platform.backup import BackupError, engine
from tests.contents import execute, rows

PROGRAMS = ("pg_dump", "pg_restore", "psql")
Replace = Callable[[str, str], None]

# One of each kind of thing that a team may add to its database.
OBJECTS = (
    "CREATE SCHEMA shop",
    "CREATE TABLE shop.parents (id SERIAL PRIMARY KEY)",
    "CREATE TYPE colour AS ENUM ('red', 'green')",
    "CREATE DOMAIN positive AS integer CHECK (VALUE > 0)",
    "CREATE TYPE pair AS (a integer, b integer)",
    "CREATE SEQUENCE numbers START 7",
    "CREATE TABLE children (id positive, parent integer REFERENCES shop.parents, c colour)",
    "CREATE FUNCTION seven() RETURNS integer LANGUAGE sql AS 'SELECT 7'",
    "CREATE VIEW reds AS SELECT id, seven() FROM children WHERE c = 'red'",
    "CREATE MATERIALIZED VIEW greens AS SELECT id FROM children WHERE c = 'green'",
    "INSERT INTO shop.parents VALUES (1)",
    "INSERT INTO children VALUES (5, 1, 'red')",
)


@pytest.fixture
def replace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Replace:
    """Replace one of the programs by a script; `$real` calls the program itself."""
    folder = tmp_path / "bin"
    folder.mkdir()
    real = {name: shutil.which(name) for name in PROGRAMS}
    monkeypatch.setenv("PATH", str(folder), prepend=":")

    def replace(name: str, script: str) -> None:
        (folder / name).write_text(f"#!/bin/sh\nreal={real[name]}\n{script}\n")
        (folder / name).chmod(0o700)

    return replace


@pytest.fixture
def url(empty_database_url: str) -> str:
    execute(empty_database_url, *OBJECTS)
    return empty_database_url


@pytest.fixture
def backup(url: str, tmp_path: Path) -> Path:
    engine.dump(url, tmp_path / "backup")
    return tmp_path / "backup"


def test_restore_includes_every_object_of_the_database(url: str, backup: Path) -> None:
    before = rows(url)
    execute(url, "DROP MATERIALIZED VIEW greens", "ALTER TABLE children ADD later integer")

    for _ in range(2):
        engine.restore(url, backup)

    assert engine.tables(backup) == ["children", "parents"]
    assert rows(url) == before
    execute(
        url,
        "INSERT INTO children SELECT nextval('numbers'), parent, c FROM children, reds",
        "SELECT FROM greens, shop.parents",
    )


def test_failed_restore_changes_nothing(url: str, backup: Path, replace: Replace) -> None:
    before = rows(url)
    replace("pg_restore", '"$real" "$@"; echo "SELECT 1 / 0;"')
    with pytest.raises(BackupError, match=r"^psql failed \(.*division by zero"):
        engine.restore(url, backup)
    assert rows(url) == before

    complaint = 'echo "pg_restore: error: it broke" >&2'
    replace("pg_restore", f'"$real" "$@" | head -n 30; {complaint}; exit 1')
    with pytest.raises(BackupError, match=r"^pg_restore failed \(it broke\)\.$"):
        engine.restore(url, backup)
    assert rows(url) == before


def test_missing_program_is_an_error(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(BackupError) as error:
        engine.dump(url, tmp_path / "backup")

    assert str(error.value) == "pg_dump is not installed; postgresql-client brings it."


def test_outdated_program_is_an_error(url: str, tmp_path: Path, replace: Replace) -> None:
    mismatch = "pg_dump: error: aborting because of server version mismatch"
    detail = "pg_dump: detail: server version: 99.1; pg_dump version: 15.1"
    replace("pg_dump", f'echo "{mismatch}" >&2; echo "{detail}" >&2; exit 1')

    with pytest.raises(BackupError) as error:
        engine.dump(url, tmp_path / "backup")

    assert "server version: 99.1; pg_dump version: 15.1" in str(error.value)
    assert str(error.value).startswith("Install postgresql-client of the server's version: ")


def test_killed_program_is_an_error(url: str, tmp_path: Path, replace: Replace) -> None:
    replace("pg_dump", "kill -9 $$")

    with pytest.raises(BackupError, match=r"^pg_dump failed \(exit -9\)\.$"):
        engine.dump(url, tmp_path / "backup")


def test_password_is_not_in_the_arguments(url: str, tmp_path: Path, replace: Replace) -> None:
    seen = tmp_path / "seen"
    for program in PROGRAMS:
        replace(program, f'echo "$0" "$@" >> {seen}; exec "$real" "$@"')
    secret = "p4ss/w@rd"
    secured = sa.make_url(url).set(password=secret).render_as_string(hide_password=False)

    engine.dump(secured, tmp_path / "backup")
    engine.restore(secured, tmp_path / "backup")

    said = seen.read_text()
    assert all(program in said for program in PROGRAMS)
    assert "p4ss" not in said
