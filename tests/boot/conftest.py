"""One service for each case, installed once and shared by the tests of that case."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from .. import servers
from ..servers import CACHE_SERVERS, DATABASE_SERVERS
from ..support import commit, render, uv
from .cases import CASES
from .running import Service, new_database_url


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test for every case, unless it or its module says which; a case stays on one worker."""
    if "service" in metafunc.fixturenames:
        names = getattr(metafunc.module, "CASE_NAMES", CASES)
        names = getattr(metafunc.function, "case_names", names)
        cases = [pytest.param(name, marks=pytest.mark.xdist_group(name)) for name in names]
        metafunc.parametrize("service", cases, indirect=True, scope="session")


@pytest.fixture(scope="session")
def service(
    request: pytest.FixtureRequest, template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    """The service of a case, with what it needs installed."""
    answers = CASES[request.param]
    if answers["cache"] == "redis":
        # Services of one name are one service, and share what they keep there.
        answers = answers | {"project_slug": f"service-{secrets.token_hex(6)}"}
    wanted = (DATABASE_SERVERS.get(answers["database"]), CACHE_SERVERS.get(answers["cache"]))
    for server in filter(None, wanted):
        if not servers.answers(server):
            pytest.skip(f"no server answers at {server}")
    cache_url = CACHE_SERVERS.get(answers["cache"])
    folder = tmp_path_factory.mktemp(request.param)
    path = render(template, folder / "service", answers)
    commit(path, "Create the service")
    uv(path, "sync", "--quiet")
    recorded = yaml.safe_load((path / ".copier-answers.yml").read_text(encoding="utf-8"))
    url = new_database_url(recorded, folder)
    variables = {"APP_DATABASE_URL": url, "APP_TEST_DATABASE_URL": url}
    if cache_url:
        variables |= {"APP_CACHE_URL": cache_url, "APP_TEST_CACHE_URL": cache_url}
    made = Service(path, recorded, url, variables)
    yield made
    made.drop_database()
