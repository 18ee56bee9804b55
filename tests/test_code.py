"""Formatting, lint and types of the template's own Python code."""

from __future__ import annotations

import os
import sys

import pytest

from .support import ROOT, run


@pytest.mark.parametrize(
    "command", [("ruff", "format", "--check", "."), ("ruff", "check", "."), ("mypy",)]
)
def test_ruff_and_mypy_pass(command: tuple[str, ...]) -> None:
    run(sys.executable, "-m", *command, cwd=ROOT)


@pytest.mark.skipif("PYTEST_XDIST_WORKER" not in os.environ, reason="needs several workers")
@pytest.mark.xdist_group("a group")
def test_xdist_groups_are_enabled(request: pytest.FixtureRequest) -> None:
    """Groups avoid that each worker renders and installs every service."""
    assert request.node.nodeid.endswith("@a group")
