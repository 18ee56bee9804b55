"""Backups when the database's own programs are missing, fail, or are killed."""

from pathlib import Path

import pytest

from app.platform.backup import BackupError, engine, tools

SERVER = "an address that nothing listens on"


def program(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """Be the one program there is, under every name that is called."""
    for name in tools.PACKAGES:
        (folder / name).write_text(f"#!/bin/sh\n{script}\n")
        (folder / name).chmod(0o700)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")


def test_a_program_that_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, database_url: str
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(BackupError, match=r"^\w+ is not installed; [\w-]+ brings it\.$"):
        engine.dump(database_url, tmp_path / "backup")
