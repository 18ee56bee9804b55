"""The black-box contract suite judges the running service."""

from __future__ import annotations

import sys

import pytest

from ..covering import CHOICES
from ..support import ROOT, run
from .cases import CASES, first, only
from .running import ADMIN_EMAIL, ADMIN_PASSWORD, Running, Service, running


def judge(service: Service, its: Running, *options: str) -> None:
    """Run the contract suite against a running service."""
    outcome = run(
        *(sys.executable, "-m", "pytest", "tests/contract", "-q", "-p", "no:cacheprovider"),
        *("-p", "no:xdist", "--rootdir", str(ROOT), "-c", str(ROOT / "pyproject.toml")),
        *("--base-url", its.base_url, "--answers", str(service.path / ".copier-answers.yml")),
        *options,
        cwd=ROOT,
        check=False,
    )
    assert outcome.returncode == 0, outcome.stdout[-20_000:] + outcome.stderr[-2_000:]
    assert " passed" in outcome.stdout.splitlines()[-1]
    assert "Traceback" not in its.log.read_text(encoding="utf-8")


# Fuzzing takes as long as all the rest, and what it looks for is in what every service shares.
FUZZED = [first(database=database) for database in CHOICES["database"]]
WITHOUT_FUZZING = ("-k", "not test_it_is_true")


def appointed(service: Service) -> str:
    """Make an administrator; returns the password or the key that they prove themself with."""
    if service.answers["auth"] == "api_key":
        return service.app("create-admin", "--email", ADMIN_EMAIL).strip()
    service.app("create-admin", "--email", ADMIN_EMAIL, "--password", ADMIN_PASSWORD)
    return ADMIN_PASSWORD


@only(*(name for name, case in CASES.items() if case["auth"] != "oauth2"))
def test_it_keeps_the_contract(service: Service, request: pytest.FixtureRequest) -> None:
    fuzzed = request.node.callspec.params["service"] in FUZZED
    administrator = ("--admin-email", ADMIN_EMAIL, "--admin-password", appointed(service))
    unlimited = {"APP_RATE_LIMIT": "1000000/second", "APP_FAILED_LOGINS_PER_ADDRESS": "1000000"}
    with running(service, **unlimited) as its:
        judge(service, its, *administrator, *(() if fuzzed else WITHOUT_FUZZING))
        assert its.stop() == 0


def test_it_keeps_its_rate_limit(service: Service) -> None:
    if not service.answers["rate_limit"]:
        with running(service, APP_RATE_LIMIT="1/day") as its:
            statuses = {its.client.get("/api/v1/me").status_code for _ in range(50)}
        assert statuses == {401}
        return
    with running(service, APP_RATE_LIMIT="5/minute") as its:
        judge(service, its, "--expect-rate-limit", "5/minute")
