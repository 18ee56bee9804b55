"""Services, each rendered once for the whole run, and the tools that judge them."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import copier
import pytest

from extensions.facts.dependencies import ALL_REQUIREMENTS, TESTED_ON

from ..support import run
from .cases import CASES, ON_SQLITE, Case

NAMES = [case.name for case in [*CASES, *ON_SQLITE]]

Render = Callable[[Case], "Service"]


class Service(NamedTuple):
    """What Copier has made of a case."""

    case: Case
    path: Path

    def files(self, pattern: str = "*") -> list[Path]:
        """Return its files whose name matches `pattern`, in order."""
        return sorted(path for path in self.path.rglob(pattern) if path.is_file())

    def text(self, path: Path) -> str:
        """Return what a file says, whose path may be relative to the service."""
        return (self.path / path).read_text(encoding="utf-8")

    def relative(self, path: Path) -> str:
        """Return the path of a file as people write it."""
        return path.relative_to(self.path).as_posix()


class Tools(NamedTuple):
    """An environment with whatever any service may need, as the template pins it."""

    path: Path

    def run(
        self, tool: str, *arguments: str | Path, cwd: Path, check: bool = True, **variables: str
    ) -> subprocess.CompletedProcess[str]:
        """Run one of its commands, which leaves nothing behind in `cwd`."""
        bytecode = {"PYTHONPYCACHEPREFIX": str(self.path / "bytecode")}
        command = (self.path / "bin" / tool, *arguments)
        return run(*command, cwd=cwd, check=check, variables={**bytecode, **variables})


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for what the workers of this run make once for all of them."""
    folder = tmp_path_factory.getbasetemp()
    return folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder


@pytest.fixture(scope="session")
def render(template: Path, shared: Path) -> Render:
    """Render a case, unless it was before; whoever asks must leave the service as it is."""

    def rendered(case: Case) -> Service:
        path = shared / f"service-{NAMES.index(case.name) + 1}"

        def make() -> None:
            render_anew(template, case, path)
            # Mypy takes a file for one it knows if path, size and age agree: no two services
            # may have files of the same age.
            age = 1_000_000_000 + NAMES.index(case.name)
            for file in path.rglob("*"):
                os.utime(file, (age, age))

        return Service(case, make_once(path, make))

    return rendered


@pytest.fixture(
    scope="session",
    params=[pytest.param(case, marks=pytest.mark.xdist_group(case.name)) for case in CASES],
    ids=[case.name for case in CASES],
)
def service(request: pytest.FixtureRequest, render: Render) -> Service:
    """The service of each case."""
    return render(request.param)


@pytest.fixture(scope="session")
def tools(shared: Path) -> Tools:
    """The tools, installed once."""
    path = shared / "environment"

    def make() -> None:
        run("uv", "venv", "--python", sys.executable, path)
        newest = ("--exclude-newer", f"{TESTED_ON}T23:59:59Z")
        run("uv", "pip", "install", "--python", path, *newest, *ALL_REQUIREMENTS)

    return Tools(make_once(path, make))


def render_anew(template: Path, case: Case, path: Path) -> None:
    """Render a case as `copier copy --trust --defaults --quiet` does, without its start-up."""
    copier.run_copy(
        str(template), path, case.answers, vcs_ref="HEAD", defaults=True, quiet=True, unsafe=True
    )


def make_once(path: Path, make: Callable[[], object]) -> Path:
    """Have `make` make `path` unless another worker has, or wait while it does."""
    done = path.with_name(f"{path.name}.done")
    with path.with_name(f"{path.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            make()
            done.touch()
    return path
