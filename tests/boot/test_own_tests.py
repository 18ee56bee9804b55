"""The service's own tests pass from the first minute."""

from __future__ import annotations

import pytest

from ..support import git, run
from .cases import CASES
from .running import Service

# The others ask for no more than these reach, and to count takes its time.
COUNTED = ["defaults", *(name for name, case in CASES.items() if "coverage_target" in case)]


def test_its_tests_pass_at_its_coverage(service: Service, request: pytest.FixtureRequest) -> None:
    counted = request.node.callspec.params["service"] in COUNTED
    own_tests = ("uv", "run", "pytest", "-q", *(() if counted else ("--no-cov",)))
    outcome = run(*own_tests, cwd=service.path, check=False, variables=service.variables)

    assert outcome.returncode == 0, outcome.stdout[-10_000:] + outcome.stderr[-2_000:]
    assert "skipped" not in outcome.stdout.splitlines()[-1]

    # Nothing that it wrote is in the way.
    assert git(service.path, "status", "--porcelain").split() in ([], ["??", "uv.lock"])
