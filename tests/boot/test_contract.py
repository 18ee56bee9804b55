"""Black-box contract suite against the running service."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ..covering import CHOICES
from ..oidc import Issuer, is_available, oidc_server
from ..support import ROOT, run
from .cases import first, only
from .running import ADMIN_EMAIL, ADMIN_PASSWORD, Running, Service, free_port, running


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


# The slow tests concern code that all services share, or that depends on these two answers.
THOROUGH = [
    "defaults",
    first(auth="session"),
    *(first(database=each) for each in CHOICES["database"]),
]


@pytest.fixture
def issuer(service: Service, tmp_path: Path) -> Iterator[Issuer | None]:
    """Issuer of access tokens for a service with `auth: oauth2`."""
    if service.answers["auth"] != "oauth2":
        yield None
        return
    if not is_available():
        pytest.skip("node or npm is not there")
    with oidc_server(tmp_path / "issuer", free_port(), origin="https://page.example.com") as issuer:
        yield issuer


def create_admin(service: Service, issuer: Issuer | None) -> tuple[str, ...]:
    """Create an administrator; returns the options that name them and their credential."""
    known = ("--email", ADMIN_EMAIL)
    if issuer:
        service.app("create-admin", *known)
        proof = ("--issuer", str(issuer.folder))
    elif service.answers["auth"] == "api_key":
        proof = ("--admin-password", service.app("create-admin", *known).strip())
    else:
        service.app("create-admin", *known, "--password", ADMIN_PASSWORD)
        proof = ("--admin-password", ADMIN_PASSWORD)
    return ("--admin-email", ADMIN_EMAIL, *proof)


def run_contract(service: Service, issuer: Issuer | None, *options: str) -> None:
    """Run the contract suite against the service with an administrator."""
    administrator = create_admin(service, issuer)
    settings = {"APP_RATE_LIMIT": "1000000/second", "APP_FAILED_LOGINS_PER_ADDRESS": "1000000"}
    if issuer:
        settings |= {"APP_OIDC_ISSUER": issuer.url, "APP_OIDC_AUDIENCE": issuer.audience}
    with running(service, **settings) as its:
        judge(service, its, *administrator, *options)
        assert its.stop() == 0


def test_service_passes_contract_suite(service: Service, issuer: Issuer | None) -> None:
    run_contract(service, issuer, "-m", "not slow")


@only(*THOROUGH, daily=THOROUGH[:1])
def test_service_passes_slow_part_of_contract_suite(
    service: Service, issuer: Issuer | None
) -> None:
    run_contract(service, issuer, "-m", "slow")


def test_service_enforces_rate_limit(service: Service) -> None:
    if not service.answers["rate_limit"]:
        with running(service, APP_RATE_LIMIT="1/day") as its:
            statuses = {its.client.get("/api/v1/me").status_code for _ in range(50)}
        assert statuses == {401}
        return
    with running(service, APP_RATE_LIMIT="5/minute") as its:
        judge(service, its, "--expect-rate-limit", "5/minute")
