"""Services, each rendered once per run, and the tools that judge them."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from _pytest.mark import ParameterSet

from .. import support
from ..covering import CHOICES
from ..support import make_once, run
from .cases import CASES, FEW, ON_SQLITE, Case

# Rendered in the daily run.
DAILY = [*FEW, *(case for case in ON_SQLITE if "named like other things" in case.name)]
NAMES = [case.name for case in [*CASES, *ON_SQLITE]]

Render = Callable[[Case], "Service"]


class Service(NamedTuple):
    """The service that Copier rendered for a case."""

    case: Case
    path: Path

    def files(self, pattern: str = "*") -> list[Path]:
        """Return its files whose name matches `pattern`, in order."""
        return sorted(path for path in self.path.rglob(pattern) if path.is_file())

    def text(self, path: Path) -> str:
        """Return the text of a file, whose path may be relative to the service."""
        return (self.path / path).read_text(encoding="utf-8")

    def relative(self, path: Path) -> str:
        """Return the path of a file relative to the service."""
        return path.relative_to(self.path).as_posix()


class Tools(NamedTuple):
    """An environment with all dependencies of all services, as the template pins them."""

    path: Path

    def run(
        self, tool: str, *arguments: str | Path, cwd: Path, check: bool = True, **variables: str
    ) -> subprocess.CompletedProcess[str]:
        """Run one of its commands, which writes no bytecode to `cwd`."""
        bytecode = {"PYTHONPYCACHEPREFIX": str(self.path / "bytecode")}
        command = (self.path / "bin" / tool, *arguments)
        return run(*command, cwd=cwd, check=check, variables={**bytecode, **variables})


@pytest.fixture(scope="session")
def render(template: Path, shared: Path) -> Render:
    """Function that renders a case once for all workers; tests must not change the service."""

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


def each(cases: list[Case]) -> list[ParameterSet]:
    """Return the cases as parameters; those that the daily run leaves out wait for their slice."""
    return [pytest.param(case, marks=_marks(case), id=case.name) for case in cases]


def _marks(case: Case) -> list[pytest.MarkDecorator]:
    answers = [str(case.answers[key]) for key in CHOICES if key in case.answers]
    marks = [
        pytest.mark.xdist_group(case.name),
        pytest.mark.combination("render", case.name, " ".join(filter(None, answers))),
    ]
    if case not in DAILY:
        marks.append(pytest.mark.full(turn=NAMES.index(case.name)))
    return marks


@pytest.fixture(scope="session", params=each(CASES))
def service(request: pytest.FixtureRequest, render: Render) -> Service:
    """The service of each case."""
    return render(request.param)


@pytest.fixture(scope="session")
def tools(environment: Path) -> Tools:
    """The tools of the shared environment."""
    return Tools(environment)


def render_anew(template: Path, case: Case, path: Path) -> None:
    """Render a case."""
    support.render(template, path, case.answers)
