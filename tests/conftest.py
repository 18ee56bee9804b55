"""A clone of this repository as it is on disk, for Copier to read as a template."""

from __future__ import annotations

from pathlib import Path

import pytest

from .support import copy_repository, git


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The path of a repository that holds this one's files, committed and tagged v1.0.0."""
    clone = tmp_path_factory.mktemp("template")
    copy_repository(clone)
    git(clone, "init")
    git(clone, "add", "--all", "--force")
    git(clone, "commit", "--message", "As it is on disk")
    git(clone, "tag", "v1.0.0")
    return clone
