"""Options, selection by the answers, and the callers that tests share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

for _name in ("accounts", "callers", "checks", "things"):
    pytest.register_assert_rewrite(f"{__package__}.{_name}")

from ..oidc import Issuer  # noqa: E402
from .accounts import Accounts  # noqa: E402
from .answers import Answers, Entity, Field, load_answers  # noqa: E402
from .callers import (  # noqa: E402
    IDENTITIES_OF,
    PASSWORD,
    Caller,
    Identities,
    IssuedTokens,
    LogIn,
    Passwords,
)
from .checks import answered  # noqa: E402
from .things import Things  # noqa: E402

ANSWERS = pytest.StashKey[Answers]()
TIMEOUT_SECONDS = 15


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("contract", "contract tests of a running service")
    group.addoption("--base-url", help="where the service answers, such as http://127.0.0.1:8000")
    group.addoption("--answers", type=Path, help="its .copier-answers.yml")
    group.addoption("--admin-email", help="an administrator of it")
    group.addoption("--admin-password", help="their password, or their key for auth: api_key")
    group.addoption(
        "--issuer", type=Path, help="for auth: oauth2, the folder of a tests/oidc issuer"
    )
    group.addoption(
        "--expect-rate-limit",
        metavar="N/PERIOD",
        help="run only the test of the rate limit, which the service was started with",
    )


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "answers(key=value or values): runs only where the answers are these"
    )
    config.addinivalue_line("markers", "rate_limit: runs only with --expect-rate-limit")
    config.addinivalue_line("markers", "slow: takes as long as many others")
    config.addinivalue_line("markers", "not_applicable: the answers give it nothing to test")
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
    return f"contract: {where}" if where else "contract: not collected, for want of --base-url"


def pytest_ignore_collect(config: pytest.Config) -> bool | None:
    """Without a service there is nothing to test."""
    return None if _option(config, "base_url") else True


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test for every entity, field or unique field, as its arguments say."""
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
    of_the_limit = bool(_option(config, "expect_rate_limit"))

    def applies(item: pytest.Item) -> bool:
        return (
            not item.get_closest_marker("not_applicable")
            and bool(item.get_closest_marker("rate_limit")) == of_the_limit
            and all(answers.match(mark.kwargs) for mark in item.iter_markers("answers"))
        )

    here = Path(__file__).parent
    left_out = [item for item in items if here in item.path.parents and not applies(item)]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


def _option(config: pytest.Config, name: str) -> Any:
    # The options do not exist when pytest meets this file only while it collects.
    return config.getoption(name, default=None)


@pytest.fixture(scope="session")
def answers(pytestconfig: pytest.Config) -> Answers:
    """The answers that the service was generated from."""
    return pytestconfig.stash[ANSWERS]


@pytest.fixture(scope="session")
def base_url(pytestconfig: pytest.Config) -> str:
    """Where the service answers, without a slash at the end."""
    url: str = _option(pytestconfig, "base_url")
    return url.rstrip("/")


@pytest.fixture(scope="session")
def anonymous(base_url: str) -> Iterator[httpx.Client]:
    """A client that nobody has logged in with."""
    with httpx.Client(base_url=base_url, timeout=TIMEOUT_SECONDS) as client:
        yield client


@pytest.fixture(scope="session")
def issuer(pytestconfig: pytest.Config) -> Issuer:
    """The issuer whose tokens a service of `auth: oauth2` believes."""
    return Issuer.at(_option(pytestconfig, "issuer"))


@pytest.fixture(scope="session")
def identities(
    request: pytest.FixtureRequest,
    anonymous: httpx.Client,
    answers: Answers,
    pytestconfig: pytest.Config,
) -> Identities:
    """Makes callers in the way that the answer `auth` asks for."""
    email, raw = _option(pytestconfig, "admin_email"), answers.raw
    if raw["auth"] == "oauth2":
        return IssuedTokens(anonymous, email, request.getfixturevalue("issuer"), raw)
    password = _option(pytestconfig, "admin_password")
    return IDENTITIES_OF[raw["auth"]](anonymous, email, password, raw["authorization"])


@pytest.fixture(scope="session")
def admin(identities: Identities) -> Caller:
    """The administrator that the tests were given."""
    return identities.admin()


@pytest.fixture(scope="session")
def editor(identities: Identities, admin: Caller) -> Iterator[Caller]:
    """Somebody who may also write."""
    yield from _someone(identities, admin, "editor")


@pytest.fixture(scope="session")
def viewer(identities: Identities, admin: Caller) -> Iterator[Caller]:
    """Somebody who may only read."""
    yield from _someone(identities, admin, "viewer")


@pytest.fixture
def second_admin(identities: Identities, admin: Caller) -> Iterator[Caller]:
    """Another administrator, for tests that might lose them."""
    yield from _someone(identities, admin, "admin")


@pytest.fixture
def newcomer(identities: Identities, admin: Caller) -> Iterator[Caller]:
    """Somebody new with the role `editor`, for tests that change or delete them."""
    yield from _someone(identities, admin, "editor")


def _someone(identities: Identities, admin: Caller, role: str) -> Iterator[Caller]:
    caller = identities.new(role)
    yield caller
    answered(admin.delete(f"/api/v1/users/{caller.id}"), 204, 404)


@pytest.fixture
def things(entity: Entity, admin: Caller) -> Iterator[Things]:
    """Items of the entity that the test runs for."""
    made = Things(entity, admin)
    yield made
    made.delete_all()


@pytest.fixture
def some_things(answers: Answers, admin: Caller) -> Iterator[Things]:
    """Items of the first entity, for what does not depend on the entity."""
    made = Things(answers.entities[0], admin)
    yield made
    made.delete_all()


@pytest.fixture
def accounts(anonymous: httpx.Client, admin: Caller) -> Iterator[Accounts]:
    """People who are registered for the test."""
    made = Accounts(anonymous, admin)
    yield made
    made.delete_all()


@pytest.fixture
def log_in(anonymous: httpx.Client, identities: Identities) -> LogIn:
    """Logs somebody in; returns the headers that prove it."""
    assert isinstance(identities, Passwords)
    way = type(identities).login
    return lambda email, password=PASSWORD: way(anonymous, email, password)()
