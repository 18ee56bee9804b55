"""Helpers that the tiers share: git, Copier and uv, called as a user calls them."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from copier import run_copy

ROOT = Path(__file__).parents[1]

# Variables that concern only the shell that the tests were started from. With
# PYTHONDONTWRITEBYTECODE, for one, each command of a service takes three times as long to start.
PRIVATE = ("APP_", "GIT_", "PYTEST_", "PYTHON", "UV_PROJECT", "VIRTUAL_ENV")
ENVIRONMENT: Mapping[str, str] = {
    **{key: value for key, value in os.environ.items() if not key.startswith(PRIVATE)},
    "GIT_AUTHOR_NAME": "Tester",
    "GIT_AUTHOR_EMAIL": "tester@example.com",
    "GIT_COMMITTER_NAME": "Tester",
    "GIT_COMMITTER_EMAIL": "tester@example.com",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "NO_COLOR": "1",
    # The tools of this environment, also where it is not activated.
    "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
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
    """Copy this repository's files and links, as they are on disk, without its history."""
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
    """Generate a service with these answers, and the defaults for all others; returns its path.

    As `copier copy --trust --defaults --quiet` does, without the time that its process takes to
    start.
    """
    with _environment():
        run_copy(
            str(template),
            service,
            dict(answers or {}),
            vcs_ref="HEAD",
            defaults=True,
            quiet=True,
            unsafe=True,
        )
    return service


@contextmanager
def _environment() -> Iterator[None]:
    """Let this process call git as the commands that the tests run do."""
    before = dict(os.environ)
    os.environ.update({"GIT_CONFIG_GLOBAL": os.devnull})
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def uv(
    service: Path,
    *arguments: str | Path,
    variables: Mapping[str, str] | None = None,
    **more: str,
) -> str:
    """Run uv in a service and return what it prints."""
    return run("uv", *arguments, cwd=service, variables={**(variables or {}), **more}).stdout


def make_once(path: Path, make: Callable[[], object]) -> Path:
    """Call `make` unless `path` was made; another worker that makes it is waited for."""
    done = path.with_name(f"{path.name}.done")
    with path.with_name(f"{path.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            make()
            done.touch()
    return path
