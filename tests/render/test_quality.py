"""The rendered text is what the service's own tools want, with nothing done to it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from .cases import CASES, FEW, ON_SQLITE
from .conftest import Render, Service, Tools

# Puts a service together and asks for what names could break: its description has no name twice
# and none that had to be qualified, and its migrations make the tables that its code has.
START = """
import asyncio
from collections import Counter

from app.main import create_app
from app.platform.persistence.sql import migrations
from app.platform.persistence.sqlite import create_engine
from app.settings import Settings

settings = Settings()
document = create_app(settings).openapi()
operations = [each for path in document["paths"].values() for each in path.values()]
twice = [name for name, n in Counter(each["operationId"] for each in operations).items() if n > 1]
qualified = [name for name in document["components"]["schemas"] if "__" in name]

async def differs():
    engine = create_engine(settings.database_url)
    await migrations.upgrade(engine)
    lacking = await migrations.difference(engine)
    await engine.dispose()
    return lacking

print([*twice, *qualified, *asyncio.run(differs()).splitlines()])
"""


@pytest.fixture(scope="session")
def mypy_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What mypy knows of the libraries; each worker has its own because mypy locks nothing."""
    return tmp_path_factory.mktemp("mypy")


def test_it_is_formatted(service: Service, tools: Tools) -> None:
    tools.run("ruff", "format", "--no-cache", "--diff", ".", cwd=service.path)


def test_it_has_no_lint(service: Service, tools: Tools) -> None:
    tools.run("ruff", "check", "--no-cache", ".", cwd=service.path)


@pytest.mark.parametrize("service", FEW, indirect=True, ids=lambda case: case.name)
def test_its_types_are_right(service: Service, tools: Tools, mypy_cache: Path) -> None:
    tools.run("mypy", "--cache-dir", mypy_cache, cwd=service.path)


def test_its_layers_hold(service: Service, tools: Tools) -> None:
    tools.run("lint-imports", "--no-cache", cwd=service.path)


@pytest.mark.parametrize("service", ON_SQLITE, indirect=True, ids=lambda case: case.name)
def test_it_can_be_put_together(service: Service, tools: Tools, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/app.db"

    outcome = tools.run(
        *("python", "-W", "error", "-c", START),
        cwd=service.path,
        PYTHONPATH=".",
        APP_DATABASE_URL=url,
    )

    assert outcome.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize(
    "service",
    [case for case in ON_SQLITE if "test" in str(case.answers["modules"])],
    indirect=True,
    ids=lambda case: case.name,
)
def test_pytest_takes_no_name_for_a_test(service: Service, tools: Tools) -> None:
    options = ("--collect-only", "--quiet", "--no-cov", "-p", "no:cacheprovider")
    tools.run("python", "-m", "pytest", *options, cwd=service.path)


def test_the_tools_see_what_is_wrong(
    render: Render, tools: Tools, mypy_cache: Path, tmp_path: Path
) -> None:
    service = shutil.copytree(render(CASES[0]).path, tmp_path / "service")
    wrong = service / "app" / "modules" / "catalog" / "domain" / "wrong.py"
    wrong.write_text("from app.modules.catalog import wiring\n\n\nx: int = 'no'\n")

    for command, sign in (
        ("ruff format --no-cache --check .", "1 file would be reformatted"),
        ("ruff check --no-cache .", "F401"),
        (f"mypy --cache-dir {mypy_cache}", "Incompatible types in assignment"),
        ("lint-imports --no-cache", "BROKEN"),
    ):
        outcome = tools.run(*command.split(), cwd=service, check=False)
        assert outcome.returncode == 1
        assert sign in outcome.stdout
