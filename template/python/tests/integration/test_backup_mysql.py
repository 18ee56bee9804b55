"""Backups with MySQL's programs: their arguments and their failures."""

import asyncio
import gzip
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from app.platform.backup import BackupError, engine
from app.platform.persistence.sql import adapter
from tests.contents import execute, rows

# One of each kind of thing that a team may add to its database.
OBJECTS = (
    "CREATE TABLE parents (id INT PRIMARY KEY)",
    "CREATE TABLE children (id INT, parent INT, FOREIGN KEY (parent) REFERENCES parents (id))",
    "CREATE FUNCTION seven() RETURNS INT DETERMINISTIC RETURN 7",
    "CREATE VIEW firsts AS SELECT id FROM children WHERE id < 100",
    "CREATE VIEW sevens AS SELECT id, seven() AS seven FROM firsts",
    "CREATE TRIGGER one_more BEFORE INSERT ON children FOR EACH ROW SET NEW.id = NEW.id + 1",
    "CREATE EVENT daily ON SCHEDULE EVERY 1 DAY DO DELETE FROM children WHERE id > 1000000",
    "INSERT INTO parents VALUES (1)",
    "INSERT INTO children VALUES (5, 1)",
)


@pytest.fixture
def url(empty_database_url: str) -> str:
    execute(empty_database_url, *OBJECTS)
    return empty_database_url


@pytest.fixture
def backup(url: str, tmp_path: Path) -> Path:
    engine.dump(url, tmp_path / "backup")
    return tmp_path / "backup"


@pytest.fixture
def unchanged(url: str) -> Iterator[None]:
    """Assert that the database does not change."""
    before = rows(url)
    yield
    assert rows(url) == before
    execute(url, "SELECT * FROM sevens", "INSERT INTO children VALUES (6, 1)")
    assert rows(url)["children"] == ["(6, 1)", "(7, 1)"]


def test_restore_includes_views_routines_triggers_and_events(url: str, backup: Path) -> None:
    before = rows(url)
    execute(url, "DROP VIEW firsts", "DROP TRIGGER one_more", "CREATE TABLE later (x INT)")

    for _ in range(2):
        engine.restore(url, backup)

    assert engine.tables(backup) == ["children", "parents"]
    assert rows(url) == before
    execute(url, "INSERT INTO children SELECT seven, 1 FROM sevens", "DROP EVENT daily")
    assert rows(url)["children"] == ["(6, 1)", "(8, 1)"]
    with pytest.raises(sa.exc.IntegrityError):
        execute(url, "INSERT INTO children VALUES (1, 2)")


@pytest.mark.usefixtures("unchanged")
def test_failed_restore_changes_nothing(url: str, backup: Path) -> None:
    statements = gzip.decompress(backup.read_bytes())
    wrong = b"SELECT nothing FROM nowhere;\n-- Dump completed"
    backup.write_bytes(gzip.compress(statements + wrong))
    assert engine.tables(backup)

    with pytest.raises(BackupError, match=r"failed \(.*nowhere"):
        engine.restore(url, backup)


@pytest.mark.usefixtures("unchanged")
def test_restore_times_out_on_locked_tables(
    url: str, backup: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "LIMIT", "SET SESSION lock_wait_timeout = 1;")

    async def restore_while_somebody_reads() -> None:
        database = adapter.create_engine(url)
        async with database.begin() as connection:
            await connection.execute(sa.text("SELECT * FROM parents"))
            with pytest.raises(BackupError, match="Lock wait timeout exceeded"):
                await asyncio.to_thread(engine.restore, url, backup)
        await database.dispose()

    asyncio.run(restore_while_somebody_reads())


@pytest.mark.usefixtures("unchanged")
def test_restore_does_not_use_an_existing_database(url: str, backup: Path) -> None:
    other = f"{sa.make_url(url).database}_restoring"
    execute(url, f"CREATE DATABASE {other}", f"CREATE TABLE {other}.theirs (x INT)")
    try:
        with pytest.raises(BackupError, match="database exists"):
            engine.restore(url, backup)
        execute(url, f"SELECT * FROM {other}.theirs")
    finally:
        execute(url, f"DROP DATABASE {other}")


def test_missing_program_is_an_error(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(BackupError) as error:
        engine.dump(url, tmp_path / "backup")

    said = "mysqldump is not installed; mysql-client or mariadb-client brings it."
    assert str(error.value) == said


def test_password_is_not_in_the_arguments(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = "p4ss #'\"\\%w/@rd"
    parts = sa.make_url(url)
    user = f"u{str(parts.database)[-8:]}"
    seen, folder = tmp_path / "seen", tmp_path / "bin"
    folder.mkdir()
    for program in ("mysqldump", "mysql"):
        real = shutil.which(program)
        (folder / program).write_text(f'#!/bin/sh\necho "$0" "$@" >> {seen}; exec {real} "$@"\n')
        (folder / program).chmod(0o700)
    monkeypatch.setenv("PATH", str(folder), prepend=":")
    quoted = secret.replace("\\", "\\\\").replace("'", "''")
    execute(url, f"CREATE USER {user} IDENTIFIED BY '{quoted}'", f"GRANT ALL ON *.* TO {user}")
    try:
        secured = parts.set(username=user, password=secret).render_as_string(hide_password=False)
        engine.dump(secured, tmp_path / "backup")
        engine.restore(secured, tmp_path / "backup")
    finally:
        execute(url, f"DROP USER {user}")

    said = seen.read_text()
    assert all(f"{folder}/{program} " in said for program in ("mysqldump", "mysql"))
    assert "p4ss" not in said
