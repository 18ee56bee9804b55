"""The template's own Python is formatted, linted and typed like the one it emits."""

from __future__ import annotations

import sys

import pytest

from .support import ROOT, run


@pytest.mark.parametrize(
    "command", [("ruff", "format", "--check", "."), ("ruff", "check", "."), ("mypy",)]
)
def test_it_passes(command: tuple[str, ...]) -> None:
    run(sys.executable, "-m", *command, cwd=ROOT)
