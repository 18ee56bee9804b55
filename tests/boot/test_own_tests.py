"""The service's own tests and checks pass from the first minute."""

from __future__ import annotations

from ..support import git, run, uv
from .running import Service


def test_its_tests_pass_at_its_coverage(service: Service) -> None:
    own_tests = ("uv", "run", "pytest", "-q")
    outcome = run(*own_tests, cwd=service.path, check=False, variables=service.variables)

    assert outcome.returncode == 0, outcome.stdout[-10_000:] + outcome.stderr[-2_000:]
    assert "skipped" not in outcome.stdout.splitlines()[-1]


def test_its_checks_pass(service: Service) -> None:
    uv(service.path, "run", "make", "lint")


def test_nothing_that_it_writes_is_in_the_way(service: Service) -> None:
    assert git(service.path, "status", "--porcelain").split() in ([], ["??", "uv.lock"])
