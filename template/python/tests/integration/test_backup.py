"""Backups: complete, verified and restorable."""

import asyncio
import datetime as dt
import hashlib
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from app.cli import app as commands
from app.platform.backup import BackupError, BackupFolder, engine
from app.platform.backup.folder import UNFINISHED, checksum_of
from app.platform.persistence.database import drop_database, ensure_database
from tests import fakes
from tests.contents import execute, rows
from tests.logins import login


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("APP_BACKUP_FOLDER", str(tmp_path / "backups"))
    return tmp_path / "backups"


@pytest.fixture
def url(empty_database_url: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A database with rows of the service and a table that it does not know."""
    monkeypatch.setenv("APP_DATABASE_URL", empty_database_url)
    add_user("ann")
    awkward = "('Ñandú 订 🚀'), ('it''s 100% \\n'), ('two\nlines; \t-- x'), (''), (NULL)"
    execute(
        empty_database_url,
        "CREATE TABLE notes (text VARCHAR(200))",
        f"INSERT INTO notes VALUES {awkward}",
    )
    return empty_database_url


def add_user(name: str) -> None:
    run("create-admin", "--email", f"{name}@example.com", *login.CREATE_ADMIN)


def run(*arguments: str | Path) -> str:
    """Run a command that must succeed; return its output."""
    result = invoke(*arguments)
    assert result.exit_code == 0, result.output
    return result.output


def refusal(*arguments: str | Path) -> str:
    """Run a command that must fail; return its sentence."""
    result = invoke(*arguments)
    assert result.exit_code == 1, result.output
    assert result.output.startswith("Error: ")
    assert result.output.count("\n") == 1
    return result.output.removeprefix("Error: ").rstrip()


def invoke(*arguments: str | Path) -> Result:
    return CliRunner().invoke(commands, [str(argument) for argument in arguments])


def make_backup() -> Path:
    """Run `app backup`; return the file that it names."""
    return Path(run("backup").splitlines()[0].removeprefix("Wrote ").removesuffix("."))


def test_lost_database_is_restored(url: str) -> None:
    before = rows(url)
    backup = make_backup()
    asyncio.run(drop_database(url))

    said = run("restore", backup)

    assert said == f"Restored {len(before)} tables from {backup}.\n"
    assert rows(url) == before
    assert len(before["identity_users"]) == 1


def test_existing_rows_are_replaced_with_force_only(url: str) -> None:
    before = rows(url)
    backup = make_backup()
    add_user("bo")
    execute(url, "CREATE TABLE later (x INTEGER)", "INSERT INTO later VALUES (1)")
    after = rows(url)

    said = refusal("restore", backup)

    assert said == "The database has rows; with --force, the backup replaces them."
    assert rows(url) == after
    run("restore", "--force", backup)
    assert rows(url) == before


def test_empty_tables_need_no_force(url: str) -> None:
    before = rows(url)
    backup = make_backup()
    asyncio.run(drop_database(url))
    run("migrate")

    run("restore", backup)

    assert rows(url) == before


def test_restore_of_an_old_schema_names_the_migrate_command(url: str) -> None:
    CliRunner().invoke(commands, ["downgrade", "base", "--yes"])
    backup = make_backup()
    run("migrate")

    assert run("restore", "--force", backup).endswith("lacks migrations; run `app migrate` next.\n")
    run("migrate")


def test_backup_during_writes_is_consistent(url: str) -> None:
    execute(url, "CREATE TABLE pairs (id INTEGER PRIMARY KEY)")
    first_written, stop = threading.Event(), threading.Event()

    def write_pairs() -> None:
        number = 0
        while not stop.is_set():
            number += 2
            execute(
                url,
                f"INSERT INTO pairs VALUES ({number})",
                f"INSERT INTO pairs VALUES ({number + 1})",
            )
            first_written.set()

    writer = threading.Thread(target=write_pairs)
    writer.start()
    try:
        assert first_written.wait(timeout=30)
        backups = [make_backup() for _ in range(3)]
    finally:
        stop.set()
        writer.join()

    for backup in backups:
        run("restore", "--force", backup)
        pairs = rows(url)["pairs"]
        assert pairs
        assert len(pairs) % 2 == 0


class TestWhatIsNoBackup:
    """Backups that cannot be restored are refused, and the database does not change."""

    @pytest.fixture
    def backup(self, url: str) -> Iterator[Path]:
        before = rows(url)
        yield make_backup()
        assert rows(url) == before

    def test_missing_file_is_refused(self, backup: Path) -> None:
        missing = backup.with_name("missing")
        assert refusal("restore", "--force", missing) == f"There is no backup {missing}."

    def test_missing_checksum_is_refused(self, backup: Path) -> None:
        checksum_of(backup).unlink()
        assert "has no checksum beside it" in refusal("restore", "--force", backup)

    def test_changed_file_is_refused(self, backup: Path) -> None:
        content = bytearray(backup.read_bytes())
        content[len(content) // 2] ^= 1
        backup.write_bytes(content)
        assert "is not what its checksum says" in refusal("restore", "--force", backup)

    @pytest.mark.parametrize("content", [b"", b"something else\n" * 1000])
    def test_other_content_is_refused(self, backup: Path, content: bytes) -> None:
        vouch_for(backup, content)
        assert refusal("restore", "--force", backup)

    def test_truncated_file_is_refused(self, backup: Path) -> None:
        vouch_for(backup, backup.read_bytes()[:-1000])
        assert refusal("restore", "--force", backup)

    def test_verified_list_names_the_damaged_backup(self, backup: Path) -> None:
        whole = make_backup()
        vouch_for(backup, backup.read_bytes()[:-1000])

        result = invoke("backups", "--verify")

        assert result.exit_code == 1
        damaged, fine, error = result.output.splitlines()
        assert damaged.startswith(f"{backup}: ")
        assert fine.startswith(f"{whole}: {whole.stat().st_size:,} bytes, ")
        assert error == "Error: 1 cannot be restored."


def vouch_for(backup: Path, content: bytes) -> None:
    """Change a backup and its checksum."""
    backup.write_bytes(content)
    digest = hashlib.sha256(content).hexdigest()
    checksum_of(backup).write_text(f"{digest}  {backup.name}\n")


class TestTheFolder:
    """Contents and retention of the folder."""

    @pytest.fixture
    def clock(self) -> fakes.Clock:
        return fakes.Clock()

    @pytest.fixture
    def kept(self, folder: Path, clock: fakes.Clock) -> BackupFolder:
        return BackupFolder(folder, "shop", ".dump", clock)

    def test_backup_is_private_and_has_a_checksum(self, kept: BackupFolder, folder: Path) -> None:
        def dump(path: Path) -> None:
            path.write_bytes(b"all")

        backup = kept.add(dump)

        assert backup == folder / "shop-20260131T120000Z.dump"
        digest = hashlib.sha256(b"all").hexdigest()
        assert checksum_of(backup).read_text() == f"{digest}  {backup.name}\n"
        assert [path.stat().st_mode & 0o777 for path in (folder, backup)] == [0o700, 0o600]

    def test_two_backups_in_one_second_have_different_names(self, kept: BackupFolder) -> None:
        names = [kept.add(Path.touch).name for _ in range(3)]

        assert names == [f"shop-20260131T12000{second}Z.dump" for second in range(3)]
        assert [path.name for path in kept.backups()] == names

    def test_failed_backup_leaves_no_file(self, kept: BackupFolder, folder: Path) -> None:
        def fail_half_way(path: Path) -> None:
            path.write_bytes(b"half")
            raise BackupError("It broke.")

        with pytest.raises(BackupError, match="It broke"):
            kept.add(fail_half_way)

        assert [path.name for path in folder.iterdir()] == [".lock"]

    def test_leftovers_of_a_killed_process_are_removed(
        self, kept: BackupFolder, folder: Path
    ) -> None:
        (folder / f"{UNFINISHED}x").mkdir(parents=True)
        (folder / f"{UNFINISHED}x" / "backup").touch()
        (folder / "shop-20260101T000000Z.dump.sha256").touch()
        (folder / "other-20260101T000000Z.dump.sha256").touch()

        backup = kept.add(Path.touch)

        left = {".lock", "other-20260101T000000Z.dump.sha256", backup.name}
        assert {path.name for path in folder.iterdir()} == left | {checksum_of(backup).name}

    def test_pruning_removes_old_backups_except_the_newest(
        self, kept: BackupFolder, folder: Path, clock: fakes.Clock
    ) -> None:
        backups = []
        for _ in range(4):
            backups.append(kept.add(Path.touch))
            clock.now += dt.timedelta(days=1)
        for name in ("notes.txt", "shop-20200101T000000Z.dump.part", "other-20200101T000000Z.dump"):
            (folder / name).touch()

        assert kept.prune(days=2) == backups[:2]
        assert kept.backups() == backups[2:]
        clock.now += dt.timedelta(days=1000)
        assert kept.prune(days=2) == [backups[2]]
        assert kept.backups() == [backups[3]]
        assert len(list(folder.iterdir())) == len([".lock", "a backup", "its checksum"]) + 3

    def test_backup_command_removes_expired_backups(
        self, url: str, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        backup = make_backup()
        stem = backup.name.partition("-2")[0]
        old = folder / f"{stem}-20200101T000000Z{engine.SUFFIX}"
        backup.rename(old)

        assert run("backup").splitlines()[1:] == [f"Removed {old}."]

        backup = make_backup().rename(old)
        asyncio.run(drop_database(url))
        run("migrate")
        assert run("backup").endswith("has no rows, so no older backup is removed.\n")
        assert old.exists()
        monkeypatch.setenv("APP_BACKUP_RETENTION_DAYS", "0")
        assert refusal("backup").startswith("APP_BACKUP_RETENTION_DAYS: ")

    def test_unusable_folder_is_an_error(
        self, url: str, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        folder.touch()
        assert refusal("backup") == f"The folder of backups {folder} cannot be used (File exists)."
        assert run("backups") == ""


def test_missing_database_is_an_error(url: str, folder: Path) -> None:
    asyncio.run(drop_database(url))

    assert refusal("backup")
    asyncio.run(ensure_database(url))
    assert refusal("backup")

    assert [path.name for path in folder.iterdir()] == [".lock"]
