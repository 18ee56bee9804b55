"""Options of the test run, and a clone of this repository for Copier to read as a template."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import pytest

from extensions.facts.dependencies import ALL_REQUIREMENTS, TESTED_ON

from .progress import PROPERTY, Reporter
from .selection import SLICES, VARIABLE, Slice, chosen_slice, is_selected
from .support import ROOT, copy_repository, git, make_once, run


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("andamio", "tests of the template")
    group.addoption(
        "--all", action="store_true", dest="run_all", help="the full run, as before a release"
    )
    group.addoption(
        "--slice",
        metavar="N/M",
        help="the part of the full run that the daily run adds: by default today's of "
        f"{SLICES}, or what {VARIABLE} names",
    )
    group.addoption(
        "--table",
        metavar="FILE",
        help="where the table of combinations is written; combinations.md with --all",
    )


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers",
        "full(turn): belongs to the full run; the daily run has it in one of its slices",
    )
    config.addinivalue_line(
        "markers", "combination(tier, name, answers): the row of the table that it counts for"
    )
    if hasattr(config, "workerinput"):
        config.option.slice = config.workerinput["slice"]
        return
    config.option.slice = str(chosen_slice(config.option.slice))
    path = config.option.table or (str(ROOT / "combinations.md") if config.option.run_all else None)
    reporter = Reporter(config, _title(config), Path(path) if path else None)
    config.pluginmanager.register(reporter, "andamio-reporter")


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Give a worker the slice of the whole run: the date may change while it starts."""
    node.workerinput["slice"] = node.config.option.slice


def _title(config: pytest.Config) -> str:
    if config.option.run_all:
        return "Full run"
    return f"Daily run with slice {config.option.slice} of the full run"


def pytest_report_header(config: pytest.Config) -> str:
    if config.option.run_all:
        return f"tests: {_title(config).lower()}"
    return f"tests: {_title(config).lower()}; to repeat it: --slice {config.option.slice}"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave to the full run what is its own, except today's slice."""
    if not config.option.run_all:
        chosen = Slice.parse(config.option.slice)
        left_out = [item for item in items if not is_selected(item, chosen)]
        if left_out:
            config.hook.pytest_deselected(items=left_out)
            items[:] = [item for item in items if is_selected(item, chosen)]
    for item in items:
        if combination := item.get_closest_marker("combination"):
            item.user_properties.append((PROPERTY, list(combination.args)))


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Path of a Git repository with the files of this one, committed and tagged v1.0.0."""
    clone = tmp_path_factory.mktemp("template")
    copy_repository(clone)
    git(clone, "init")
    git(clone, "add", "--all", "--force")
    git(clone, "commit", "--message", "As it is on disk")
    git(clone, "tag", "v1.0.0")
    return clone


# It looks up the packages that it checks in its own environment.
DEPTRY = "deptry~=0.25.1"


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder shared by the workers of this run."""
    folder = tmp_path_factory.getbasetemp()
    return folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder


@pytest.fixture(scope="session")
def environment(shared: Path) -> Path:
    """Environment with all dependencies of all services, installed once per run."""
    path = shared / "environment"

    def make() -> None:
        run("uv", "venv", "--quiet", "--python", sys.executable, path)
        newest = ("--exclude-newer", f"{TESTED_ON}T23:59:59Z")
        options = ("--quiet", "--python", path, *newest)
        run("uv", "pip", "install", *options, *ALL_REQUIREMENTS, DEPTRY)

    return make_once(path, make)
