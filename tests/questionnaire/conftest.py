"""A clone of this repository as it is on disk, for Copier to read as a template."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

ENVIRONMENT: Mapping[str, str] = {
    **{key: value for key, value in os.environ.items() if not key.startswith("GIT_")},
    "GIT_AUTHOR_NAME": "Tester",
    "GIT_AUTHOR_EMAIL": "tester@example.com",
    "GIT_COMMITTER_NAME": "Tester",
    "GIT_COMMITTER_EMAIL": "tester@example.com",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "NO_COLOR": "1",
}


def git(repository: Path, *arguments: str) -> str:
    """Run git in `repository` and return what it prints."""
    command = ["git", "-c", "init.defaultBranch=main", *arguments]
    return subprocess.run(
        command, cwd=repository, env=ENVIRONMENT, check=True, capture_output=True, text=True
    ).stdout


def copier(*arguments: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run the `copier` command and return its outcome, failed or not."""
    command = [sys.executable, "-m", "copier", *map(str, arguments)]
    return subprocess.run(
        command, cwd=cwd, env=ENVIRONMENT, check=False, capture_output=True, text=True
    )


def assert_refused(outcome: subprocess.CompletedProcess[str], beginning: str) -> None:
    """Assert that Copier stopped and said one sentence, which begins with `beginning`."""
    assert outcome.returncode == 1, outcome.stderr
    assert outcome.stdout == ""
    sentence, rest = outcome.stderr.split("\n", 1)
    assert rest == "", outcome.stderr
    assert sentence.startswith(beginning)
    assert sentence.endswith((".", "?"))


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


@pytest.fixture(scope="session")
def new_service(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A service with modules of its own, committed."""
    path = tmp_path_factory.mktemp("services") / "service"
    modules = "{shop: {thing: {size: int, colour: str}, box: {label: str}}}"
    options = ("--trust", "--defaults", "--data", f"modules={modules}")
    outcome = copier("copy", *options, template, path)
    assert outcome.returncode == 0, outcome.stderr
    git(path, "init")
    git(path, "add", "--all")
    git(path, "commit", "--message", "Create the service")
    return path


@pytest.fixture
def service(new_service: Path, tmp_path: Path) -> Path:
    """A copy of the new service, to be changed."""
    return shutil.copytree(new_service, tmp_path / "service", symlinks=True)
