"""Command-line options, test selection by Copier answers, and shared fixtures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

for _name in ("accounts", "api_clients", "assertions", "resources"):
    pytest.register_assert_rewrite(f"{__package__}.{_name}")

from ..oidc import Issuer  # noqa: E402
from .accounts import Accounts  # noqa: E402
from .answers import Answers, Entity, Field, load_answers  # noqa: E402
from .api_clients import (  # noqa: E402
    CLIENT_FACTORIES,
    PASSWORD,
    ApiClient,
    ApiClientFactory,
    LogIn,
    OidcClientFactory,
    PasswordClientFactory,
)
from .assertions import assert_status  # noqa: E402
from .resources import Resources  # noqa: E402

ANSWERS = pytest.StashKey[Answers]()
TIMEOUT_SECONDS = 15


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("contract", "contract tests of a running service")
    group.addoption("--base-url", help="base URL of the service, such as http://127.0.0.1:8000")
    group.addoption("--answers", type=Path, help="path of its .copier-answers.yml")
    group.addoption("--admin-email", help="email address of an administrator")
    group.addoption(
        "--admin-password", help="password of the administrator, or API key with auth: api_key"
    )
    group.addoption(
        "--issuer", type=Path, help="with auth: oauth2, the folder of a tests/oidc issuer"
    )
    group.addoption(
        "--expect-rate-limit",
        metavar="N/PERIOD",
        help="run only the rate limit test, against a service started with this limit",
    )


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "answers(key=value or values): run only with these Copier answers"
    )
    config.addinivalue_line("markers", "rate_limit: run only with --expect-rate-limit")
    config.addinivalue_line("markers", "slow: takes much longer than most tests")
    config.addinivalue_line("markers", "not_applicable: no field or entity in the answers to test")
    if not _option(config, "base_url"):
        return
    _need(config, "answers")
    answers = load_answers(_option(config, "answers"))
    if not _option(config, "expect_rate_limit"):
        issued = answers.raw["auth"] == "oauth2"
        _need(config, "admin_email", "issuer" if issued else "admin_password")
    config.stash[ANSWERS] = answers


def _need(config: pytest.Config, *names: str) -> None:
    for name in names:
        if not _option(config, name):
            raise pytest.UsageError(f"--base-url needs --{name.replace('_', '-')} as well")


def pytest_report_header(config: pytest.Config) -> str:
    where = _option(config, "base_url")
    return f"contract: {where}" if where else "contract: not collected without --base-url"


def pytest_ignore_collect(config: pytest.Config) -> bool | None:
    """Ignore the suite when no service is given."""
    return None if _option(config, "base_url") else True


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Parametrize a test over entities, fields or unique fields, according to its arguments."""
    entities = metafunc.config.stash[ANSWERS].entities
    if "field" in metafunc.fixturenames:
        _parametrize(metafunc, [(entity, each) for entity in entities for each in entity.fields])
    elif "unique_field" in metafunc.fixturenames:
        pairs = [(entity, each) for entity in entities for each in entity.fields if each.unique]
        _parametrize(metafunc, pairs, "unique_field")
    elif "unique_text" in metafunc.fixturenames:
        pairs = [(entity, each) for entity in entities for each in entity.fields if each.unique]
        _parametrize(metafunc, [pair for pair in pairs if pair[1].type == "str"], "unique_text")
    elif "entity" in metafunc.fixturenames:
        metafunc.parametrize("entity", entities, ids=[entity.label for entity in entities])


def _parametrize(
    metafunc: pytest.Metafunc, pairs: Iterable[tuple[Entity, Field]], name: str = "field"
) -> None:
    cases = [
        pytest.param(entity, field, id=f"{entity.label}.{field.name}") for entity, field in pairs
    ]
    nothing = pytest.param(None, None, marks=pytest.mark.not_applicable)
    metafunc.parametrize(("entity", name), cases or [nothing])


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if ANSWERS not in config.stash:
        return
    answers = config.stash[ANSWERS]
    only_rate_limit = bool(_option(config, "expect_rate_limit"))

    def applies(item: pytest.Item) -> bool:
        return (
            not item.get_closest_marker("not_applicable")
            and bool(item.get_closest_marker("rate_limit")) == only_rate_limit
            and all(answers.match(mark.kwargs) for mark in item.iter_markers("answers"))
        )

    here = Path(__file__).parent
    deselected = [item for item in items if here in item.path.parents and not applies(item)]
    if deselected:
        config.hook.pytest_deselected(items=deselected)
        items[:] = [item for item in items if item not in deselected]


def _option(config: pytest.Config, name: str) -> Any:
    # The options do not exist if pytest loads this file only during collection.
    return config.getoption(name, default=None)


@pytest.fixture(scope="session")
def answers(pytestconfig: pytest.Config) -> Answers:
    """Copier answers that the service was generated from."""
    return pytestconfig.stash[ANSWERS]


@pytest.fixture(scope="session")
def base_url(pytestconfig: pytest.Config) -> str:
    """Base URL of the service, without a trailing slash."""
    url: str = _option(pytestconfig, "base_url")
    return url.rstrip("/")


@pytest.fixture(scope="session")
def anonymous(base_url: str) -> Iterator[httpx.Client]:
    """Client without credentials."""
    with httpx.Client(base_url=base_url, timeout=TIMEOUT_SECONDS) as client:
        yield client


@pytest.fixture(scope="session")
def issuer(pytestconfig: pytest.Config) -> Issuer:
    """Issuer that a service with `auth: oauth2` trusts."""
    return Issuer.running_in(_option(pytestconfig, "issuer"))


@pytest.fixture(scope="session")
def client_factory(
    request: pytest.FixtureRequest,
    anonymous: httpx.Client,
    answers: Answers,
    pytestconfig: pytest.Config,
) -> ApiClientFactory:
    """Factory of API clients for the answer `auth`."""
    email, raw = _option(pytestconfig, "admin_email"), answers.raw
    if raw["auth"] == "oauth2":
        return OidcClientFactory(anonymous, email, request.getfixturevalue("issuer"), raw)
    password = _option(pytestconfig, "admin_password")
    return CLIENT_FACTORIES[raw["auth"]](anonymous, email, password, raw["authorization"])


@pytest.fixture(scope="session")
def admin(client_factory: ApiClientFactory) -> ApiClient:
    """Client of the administrator given on the command line."""
    return client_factory.admin()


@pytest.fixture(scope="session")
def editor(client_factory: ApiClientFactory, admin: ApiClient) -> Iterator[ApiClient]:
    """Client of a user with the rights of an editor."""
    yield from _temporary_client(client_factory, admin, "editor")


@pytest.fixture(scope="session")
def viewer(client_factory: ApiClientFactory, admin: ApiClient) -> Iterator[ApiClient]:
    """Client of a user with the rights of a viewer."""
    yield from _temporary_client(client_factory, admin, "viewer")


@pytest.fixture
def second_admin(client_factory: ApiClientFactory, admin: ApiClient) -> Iterator[ApiClient]:
    """Client of another administrator, for tests that demote or delete this user."""
    yield from _temporary_client(client_factory, admin, "admin")


@pytest.fixture
def disposable_user(client_factory: ApiClientFactory, admin: ApiClient) -> Iterator[ApiClient]:
    """Client of a new user with the rights of an editor, for tests that modify it."""
    yield from _temporary_client(client_factory, admin, "editor")


def _temporary_client(
    client_factory: ApiClientFactory, admin: ApiClient, role: str
) -> Iterator[ApiClient]:
    client = client_factory.create(role)
    yield client
    assert_status(admin.delete(f"/api/v1/users/{client.id}"), 204, 404)


@pytest.fixture
def resources(entity: Entity, admin: ApiClient) -> Iterator[Resources]:
    """Resources of the entity that the test is parametrized with."""
    created = Resources(entity, admin)
    yield created
    created.delete_all()


@pytest.fixture
def sample_resources(answers: Answers, admin: ApiClient) -> Iterator[Resources]:
    """Resources of the first entity, for tests that do not depend on the entity."""
    created = Resources(answers.entities[0], admin)
    yield created
    created.delete_all()


@pytest.fixture
def accounts(anonymous: httpx.Client, admin: ApiClient) -> Iterator[Accounts]:
    """Accounts registered for the test."""
    created = Accounts(anonymous, admin)
    yield created
    created.delete_all()


@pytest.fixture
def log_in(anonymous: httpx.Client, client_factory: ApiClientFactory) -> LogIn:
    """Login function that returns the headers for authenticated requests."""
    assert isinstance(client_factory, PasswordClientFactory)
    login = type(client_factory).login
    return lambda email, password=PASSWORD: login(anonymous, email, password)()
