"""The service's own tests pass from the first minute."""

from __future__ import annotations

from ..support import git, run
from .running import Service


def test_its_tests_pass_at_its_coverage(service: Service) -> None:
    own_tests = ("uv", "run", "pytest", "-q")
    outcome = run(*own_tests, cwd=service.path, check=False, variables=service.variables)

    assert outcome.returncode == 0, outcome.stdout[-10_000:] + outcome.stderr[-2_000:]
    assert "skipped" not in outcome.stdout.splitlines()[-1]

    # Nothing that it wrote is in the way.
    assert git(service.path, "status", "--porcelain").split() in ([], ["??", "uv.lock"])
