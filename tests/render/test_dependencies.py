"""A service declares the packages that it imports, and no others, according to deptry."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from .cases import CASES
from .conftest import Render, Service, Tools

# Runtime dependencies without an import: SQLAlchemy loads drivers by the URL, and asyncmy needs
# cryptography for the passwords of MySQL.
UNUSED = "aiosqlite|asyncmy|asyncpg|cryptography"
# `app seed` reports that this development dependency is missing where it is.
DEVELOPMENT = "faker"
COMMON = ("--no-ansi", "--known-first-party", "app", "--known-first-party", "tests")
IN_APP = ("app", *COMMON, "--per-rule-ignores", f"DEP002={UNUSED},DEP004={DEVELOPMENT}")
# Tests may use development dependencies, and need not use those of the service.
IN_TESTS = ("tests", *COMMON, "--exclude", "__pycache__", "--ignore", "DEP002,DEP004")


def report(tools: Tools, service: Path) -> str:
    """Return the problems that deptry finds, or an empty text."""
    outcomes = [
        tools.run("deptry", *options, cwd=service, check=False) for options in (IN_APP, IN_TESTS)
    ]
    return "".join(outcome.stdout + outcome.stderr for outcome in outcomes if outcome.returncode)


def test_imports_match_declared_dependencies(service: Service, tools: Tools) -> None:
    assert report(tools, service.path) == ""


@pytest.mark.parametrize(
    ("file", "old", "new", "problem"),
    [
        ("pyproject.toml", '    "uuid-utils', '    # "', "DEP003 'uuid_utils'"),
        ("pyproject.toml", '    "httpx', '    # "', "DEP003 'httpx'"),
        ("pyproject.toml", '    "alembic', '    "rich>=1", "alembic', "DEP002 'rich'"),
        ("app/main.py", "from fastapi", "import pytest\nfrom fastapi", "DEP004 'pytest'"),
        ("app/main.py", "from fastapi", "import no_such\nfrom fastapi", "DEP001 'no_such'"),
        ("tests/fakes.py", "\n\n\n", "\nimport no_such\n\n", "DEP001 'no_such'"),
    ],
)
def test_wrong_dependency_is_reported(
    file: str, old: str, new: str, problem: str, render: Render, tools: Tools, tmp_path: Path
) -> None:
    service = shutil.copytree(render(CASES[0]).path, tmp_path / "service")
    path = service / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")

    assert problem in report(tools, service)
