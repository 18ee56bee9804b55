"""Formatter, linter, type checker and import contracts accept every service as rendered."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from .cases import CASES, ON_SQLITE
from .conftest import Render, Service, Tools, each

# Prints what a clash of names would break: operation ids that occur twice, schemas that had to be
# qualified, and differences between the tables of the code and of the migrations.
START = """
import asyncio
from collections import Counter

from app.main import compose, create_app
from app.settings import Settings

settings = Settings()
document = create_app(settings).openapi()
operations = [each for path in document["paths"].values() for each in path.values()]
twice = [name for name, n in Counter(each["operationId"] for each in operations).items() if n > 1]
qualified = [name for name in document["components"]["schemas"] if "__" in name]

async def differs():
    service = compose(settings)
    await service.platform.store.migrate()
    missing = await service.platform.store.missing_migrations()
    await service.close()
    return missing

print([*twice, *qualified, *asyncio.run(differs()).splitlines()])
"""


@pytest.fixture(scope="session")
def mypy_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Cache of mypy, which types again only the files whose text or imports differ.

    Each worker has its own, because mypy locks nothing.
    """
    return tmp_path_factory.mktemp("mypy")


def test_ruff_format_changes_nothing(service: Service, tools: Tools) -> None:
    tools.run("ruff", "format", "--no-cache", "--diff", ".", cwd=service.path)


def test_ruff_check_finds_nothing(service: Service, tools: Tools) -> None:
    tools.run("ruff", "check", "--no-cache", ".", cwd=service.path)


def test_mypy_finds_no_error(service: Service, tools: Tools, mypy_cache: Path) -> None:
    tools.run("mypy", "--cache-dir", mypy_cache, cwd=service.path)


def test_import_contracts_are_kept(service: Service, tools: Tools) -> None:
    tools.run("lint-imports", "--no-cache", cwd=service.path)


@pytest.mark.parametrize("service", each(ON_SQLITE), indirect=True)
def test_app_starts_without_name_clashes(service: Service, tools: Tools, tmp_path: Path) -> None:
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
    each([case for case in ON_SQLITE if "test" in str(case.answers["modules"])]),
    indirect=True,
)
def test_pytest_collects_no_class_of_an_entity(service: Service, tools: Tools) -> None:
    options = ("--collect-only", "--quiet", "--no-cov", "-p", "no:cacheprovider")
    tools.run("python", "-m", "pytest", *options, cwd=service.path)


def test_tools_report_errors_in_a_broken_file(
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
