"""One service for each case, installed once and shared by the tests of that case."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from ..support import commit, render, run, uv
from .cases import CASES
from .running import CACHES, POSTGRESQL, Service, listens, new_database_url


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
    answers = CASES[request.param]
    if answers.get("database") == "postgresql" and not _postgresql_answers():
        pytest.skip(f"no PostgreSQL server answers at {POSTGRESQL}")
    cache_url = CACHES.get(answers.get("cache", ""))
    if cache_url and not listens(cache_url):
        pytest.skip(f"no {answers['cache']} server answers at {cache_url}")
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
    made.python(
        "import asyncio; from app.platform.persistence import adapter;"
        f"asyncio.run(adapter.drop_database({url!r}))"
    )


def _postgresql_answers() -> bool:
    try:
        return run("pg_isready", "--dbname", POSTGRESQL, check=False).returncode == 0
    except (OSError, subprocess.SubprocessError):
        return False
