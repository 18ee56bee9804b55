"""A clone of this repository as it is on disk, for Copier to read as a template."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from .support import ROOT, git


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The path of a repository that holds this one's files, committed and tagged v1.0.0."""
    clone = tmp_path_factory.mktemp("template")
    listed = git(ROOT, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    for name in filter(None, listed.split("\0")):
        source, target = ROOT / name, clone / name
        if source.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, target)
    git(clone, "init")
    git(clone, "add", "--all", "--force")
    git(clone, "commit", "--message", "As it is on disk")
    git(clone, "tag", "v1.0.0")
    return clone
