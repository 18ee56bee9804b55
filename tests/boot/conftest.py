"""One service for each case, installed once and shared by the tests of that case."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from .. import servers
from ..servers import DATABASE_SERVERS
from ..support import commit, render, uv
from .cases import CASES, OTHERS
from .running import Service, new_database_url


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test for every case, unless its module says which; a case stays on one worker."""
    if "service" in metafunc.fixturenames:
        names = getattr(metafunc.module, "CASE_NAMES", CASES)
        cases = [pytest.param(name, marks=pytest.mark.xdist_group(name)) for name in names]
        metafunc.parametrize("service", cases, indirect=True, scope="session")


@pytest.fixture(scope="session")
def service(
    request: pytest.FixtureRequest, template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    """The service of a case, with what it needs installed."""
    answers = {**CASES, **OTHERS}[request.param]
    server = DATABASE_SERVERS.get(answers["database"])
    if server and not servers.answers(server):
        pytest.skip(f"no server answers at {server}")
    folder = tmp_path_factory.mktemp(request.param)
    path = render(template, folder / "service", answers)
    commit(path, "Create the service")
    uv(path, "sync", "--quiet")
    recorded = yaml.safe_load((path / ".copier-answers.yml").read_text(encoding="utf-8"))
    url = new_database_url(recorded, folder)
    made = Service(path, recorded, url, {"APP_DATABASE_URL": url, "APP_TEST_DATABASE_URL": url})
    yield made
    made.drop_database()
