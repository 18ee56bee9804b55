"""One service for each case, installed once and shared by the tests of that case."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import yaml

_PACKAGE = __package__.rpartition(".")[0]
for _name in ("boot.attacked", "contract.api_clients", "contract.assertions", "contract.fuzzing"):
    pytest.register_assert_rewrite(f"{_PACKAGE}.{_name}")

from .. import servers  # noqa: E402
from ..servers import CACHE_SERVERS, DATABASE_SERVERS  # noqa: E402
from ..support import commit, render, uv  # noqa: E402
from .attacked import Attacked, attacked_service, with_own_database  # noqa: E402
from .cases import CASES, DAILY  # noqa: E402
from .issued import Believer, believing  # noqa: E402
from .running import Service, new_database_url  # noqa: E402

UNLIMITED = "1000000/second"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test for every case, or for those that it or its module names.

    The tests of a case stay on one worker. Cases that do not run daily wait for their slice; a
    module or test may name fewer daily cases.
    """
    if "service" in metafunc.fixturenames:
        names = getattr(metafunc.module, "CASE_NAMES", CASES)
        names = getattr(metafunc.function, "case_names", names)
        daily = getattr(metafunc.module, "DAILY_NAMES", DAILY)
        daily = getattr(metafunc.function, "daily_names", daily)
        cases = [
            pytest.param(name, marks=_marks(name, name in daily and name in DAILY))
            for name in dict.fromkeys(names)
        ]
        metafunc.parametrize("service", cases, indirect=True, scope="session")


def _marks(name: str, is_daily: bool) -> list[pytest.MarkDecorator]:
    marks = [
        pytest.mark.xdist_group(name),
        pytest.mark.combination("boot", name, "rich" if "modules" in CASES[name] else ""),
    ]
    if not is_daily:
        marks.append(pytest.mark.full(turn=list(CASES).index(name)))
    return marks


def _cache_url(name: str) -> str | None:
    """Return where a case has its cache: in a database of its own, as far as there are any.

    Requests are counted there, and to two services of one name all tests are one client.
    """
    product = CASES[name]["cache"]
    url = CACHE_SERVERS.get(product)
    if product != "redis" or url is None:
        return url
    alike = [each for each, case in CASES.items() if case["cache"] == product]
    return urlsplit(url)._replace(path=f"/{1 + alike.index(name) % 15}").geturl()


@pytest.fixture(scope="session")
def service(
    request: pytest.FixtureRequest, template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    """The service of a case, with what it needs installed."""
    answers = CASES[request.param]
    wanted = (DATABASE_SERVERS.get(answers["database"]), CACHE_SERVERS.get(answers["cache"]))
    for server in filter(None, wanted):
        if not servers.answers(server):
            pytest.skip(f"no server answers at {server}")
    cache_url = _cache_url(request.param)
    folder = tmp_path_factory.mktemp(request.param)
    path = render(template, folder / "service", answers)
    commit(path, "Create the service")
    uv(path, "sync", "--quiet")
    recorded = yaml.safe_load((path / ".copier-answers.yml").read_text(encoding="utf-8"))
    url = new_database_url(recorded, folder)
    variables = {
        "APP_DATABASE_URL": url,
        "APP_TEST_DATABASE_URL": url,
        "APP_LOGIN_RATE_LIMIT": UNLIMITED,
        # All tests come from one address, and some of them guess passwords.
        "APP_FAILED_LOGINS_PER_ADDRESS": "1000000",
    }
    if cache_url:
        variables |= {"APP_CACHE_URL": cache_url, "APP_TEST_CACHE_URL": cache_url}
    made = Service(path, recorded, url, variables)
    yield made
    made.drop_database()
    shutil.rmtree(path / ".venv")  # by far the most that a case leaves behind


@pytest.fixture
def elsewhere(service: Service, tmp_path: Path) -> Iterator[Service]:
    """The service on a database that does not exist yet, which no other test fills."""
    url = new_database_url(service.answers, tmp_path)
    variables = {**service.variables, "APP_DATABASE_URL": url}
    its_own = replace(service, database_url=url, variables=variables)
    yield its_own
    its_own.drop_database()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how much was fuzzed, whatever came of it."""
    reports = [each for kind in ("passed", "failed") for each in terminalreporter.getreports(kind)]
    told = [text for each in reports for name, text in each.user_properties if name == "fuzzed"]
    if told:
        terminalreporter.section("fuzzing")
        for text in sorted(map(str, told)):
            terminalreporter.write_line(text)


@pytest.fixture(scope="session")
def attacked(service: Service, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Attacked]:
    """The service on a database that nobody else uses, running, with people and things in it."""
    folder = tmp_path_factory.mktemp("attacked")
    own = with_own_database(service, new_database_url(service.answers, folder))
    try:
        with attacked_service(own, folder) as attacked:
            yield attacked
    finally:
        own.drop_database()


@pytest.fixture(scope="module")
def migrated(service: Service) -> Service:
    """The service, with its database up to date."""
    service.app("migrate")
    return service


@pytest.fixture(scope="module")
def believer(migrated: Service, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Believer]:
    """The service and the issuer that it believes, which a test leaves as they were."""
    folder = tmp_path_factory.mktemp("issuer")
    with believing(migrated, folder, APP_RATE_LIMIT=UNLIMITED) as both:
        yield both


@pytest.fixture
def new_believer(migrated: Service, tmp_path: Path) -> Iterator[Believer]:
    """The same for one test alone: the service has not asked the issuer for anything yet."""
    with believing(migrated, tmp_path / "issuer", APP_RATE_LIMIT=UNLIMITED) as both:
        yield both
