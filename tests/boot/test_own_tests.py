"""Tests of the generated service."""

from __future__ import annotations

import pytest

from ..support import git, run
from .cases import CASES
from .running import Service

# Coverage is slow to measure, and the other cases have no higher target than these. The daily run
# measures one of each target.
RICH = [name for name, case in CASES.items() if "coverage_target" in case]
DAILY_COUNTED = ["defaults", next(name for name in RICH if CASES[name]["database"] == "sqlite")]


def test_service_tests_pass_with_coverage_target(
    service: Service, request: pytest.FixtureRequest
) -> None:
    measured = ["defaults", *RICH] if request.config.option.run_all else DAILY_COUNTED
    counted = request.node.callspec.params["service"] in measured
    own_tests = ("uv", "run", "pytest", "-q", *(() if counted else ("--no-cov",)))
    outcome = run(*own_tests, cwd=service.path, check=False, variables=service.variables)

    assert outcome.returncode == 0, outcome.stdout[-10_000:] + outcome.stderr[-2_000:]
    assert "skipped" not in outcome.stdout.splitlines()[-1]

    # The tests leave no file behind that git does not ignore.
    assert git(service.path, "status", "--porcelain").split() in ([], ["??", "uv.lock"])
