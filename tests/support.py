"""What the tiers share: git, Copier and uv as a user would call them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[1]

# What only concerns the shell that the tests were started from. Where Python may keep
# no bytecode, for one, each command of a service takes three times as long to start.
PRIVATE = ("APP_", "GIT_", "PYTEST_", "PYTHON", "UV_PROJECT", "VIRTUAL_ENV")
ENVIRONMENT: Mapping[str, str] = {
    **{key: value for key, value in os.environ.items() if not key.startswith(PRIVATE)},
    "GIT_AUTHOR_NAME": "Tester",
    "GIT_AUTHOR_EMAIL": "tester@example.com",
    "GIT_COMMITTER_NAME": "Tester",
    "GIT_COMMITTER_EMAIL": "tester@example.com",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "NO_COLOR": "1",
}


def run(
    *command: str | Path,
    cwd: Path | None = None,
    check: bool = True,
    variables: Mapping[str, str] | None = None,
    **more: str,
) -> subprocess.CompletedProcess[str]:
    """Run a command in a clean environment, to which `variables` and `more` are added."""
    outcome = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env={**ENVIRONMENT, **(variables or {}), **more},
        check=False,
        capture_output=True,
        encoding="utf-8",
    )
    if check:
        told = f"{' '.join(map(str, command))}\n{outcome.stdout}\n{outcome.stderr}"
        assert outcome.returncode == 0, told
    return outcome


def git(repository: Path, *arguments: str) -> str:
    """Run git in `repository` and return what it prints."""
    return run("git", "-c", "init.defaultBranch=main", *arguments, cwd=repository).stdout


def commit(repository: Path, message: str) -> None:
    """Commit all that is in `repository`, which becomes a repository if it is none yet."""
    if not (repository / ".git").exists():
        git(repository, "init")
    git(repository, "add", "--all")
    git(repository, "commit", "--message", message)


def copy_repository(target: Path) -> None:
    """Copy this repository's files, as they are on disk, without its history."""
    listed = git(ROOT, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    for name in filter(None, listed.split("\0")):
        source, copy = ROOT / name, target / name
        if source.is_symlink() or source.is_file():
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, copy, follow_symlinks=False)


def copier(*arguments: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run the `copier` command and return its outcome, failed or not."""
    return run(sys.executable, "-m", "copier", *arguments, cwd=cwd, check=False)


def render(template: Path, service: Path, answers: Mapping[str, Any] | None = None) -> Path:
    """Generate a service with these answers, and the defaults for all others; returns its path."""
    data = service.with_name(f"{service.name}.answers.yml")
    data.parent.mkdir(parents=True, exist_ok=True)
    data.write_text(yaml.safe_dump(dict(answers or {}), sort_keys=False), encoding="utf-8")
    options = ("--trust", "--defaults", "--quiet", "--vcs-ref", "HEAD", "--data-file", data)
    outcome = copier("copy", *options, template, service)
    data.unlink()
    assert outcome.returncode == 0, outcome.stderr
    return service


def uv(
    service: Path,
    *arguments: str | Path,
    variables: Mapping[str, str] | None = None,
    **more: str,
) -> str:
    """Run uv in a service and return what it prints."""
    return run("uv", *arguments, cwd=service, variables={**(variables or {}), **more}).stdout
