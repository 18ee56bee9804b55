"""The template's own Python is formatted, linted and typed like the one it emits."""

from __future__ import annotations

import os
import sys

import pytest

from .support import ROOT, run


@pytest.mark.parametrize(
    "command", [("ruff", "format", "--check", "."), ("ruff", "check", "."), ("mypy",)]
)
def test_it_passes(command: tuple[str, ...]) -> None:
    run(sys.executable, "-m", *command, cwd=ROOT)


@pytest.mark.skipif("PYTEST_XDIST_WORKER" not in os.environ, reason="it is about several workers")
@pytest.mark.xdist_group("a group")
def test_groups_stay_together(request: pytest.FixtureRequest) -> None:
    """Without groups, each worker would render and install every service anew."""
    assert request.node.nodeid.endswith("@a group")
