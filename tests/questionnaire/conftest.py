"""Services for the tests of the questionnaire."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from ..support import commit, render


def assert_refused(outcome: subprocess.CompletedProcess[str], beginning: str) -> None:
    """Assert that Copier failed with one sentence, which begins with `beginning`."""
    assert outcome.returncode == 1, outcome.stderr
    assert outcome.stdout == ""
    sentence, rest = outcome.stderr.split("\n", 1)
    assert rest == "", outcome.stderr
    assert sentence.startswith(beginning)
    assert sentence.endswith((".", "?"))


@pytest.fixture(scope="session")
def new_service(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A committed service with two entities in one module."""
    modules = {"shop": {"thing": {"size": "int", "colour": "str"}, "box": {"label": "str"}}}
    path = tmp_path_factory.mktemp("services") / "service"
    service = render(template, path, {"modules": modules})
    commit(service, "Create the service")
    return service


@pytest.fixture
def service(new_service: Path, tmp_path: Path) -> Path:
    """A copy of the new service that a test may change."""
    return shutil.copytree(new_service, tmp_path / "service", symlinks=True)
