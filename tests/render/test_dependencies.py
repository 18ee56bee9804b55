"""A service declares what it imports, and no more."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from .cases import CASES
from .conftest import Render, Service, Tools
from .dependencies import mistakes

LIST = "import importlib.metadata as m, json; print(json.dumps(m.packages_distributions()))"


@pytest.fixture(scope="session")
def distributions(tools: Tools) -> dict[str, list[str]]:
    """Which distributions bring each package that is installed."""
    found: dict[str, list[str]] = json.loads(tools.run("python", "-c", LIST, cwd=tools.path).stdout)
    return found


def test_imports_and_declarations_agree(
    service: Service, distributions: dict[str, list[str]]
) -> None:
    assert mistakes(service.path, distributions) == []


@pytest.mark.parametrize(
    ("file", "old", "new", "mistake"),
    [
        ("pyproject.toml", '    "uuid-utils', '    # "', "imported, not declared: uuid_utils"),
        ("pyproject.toml", '    "httpx', '    # "', "imported by tests, not declared: httpx"),
        (
            "pyproject.toml",
            '    "alembic',
            '    "rich~=1", "alembic',
            "declared, not imported: rich",
        ),
        (
            "pyproject.toml",
            '    "httpx',
            '    "hypothesis~=6", "httpx',
            "declared for development, not imported: hypothesis",
        ),
        ("pyproject.toml", '    "httpx', '    "pyjwt~=2", "httpx', "declared twice: pyjwt"),
        (
            "app/main.py",
            "from fastapi import",
            "import pytest\nfrom fastapi import",
            "imported, not declared: pytest",
        ),
        (
            "app/modules/identity/migrations/create_users.py",
            "import sqlalchemy",
            "import yaml.nodes, sqlalchemy",
            "imported, not declared: yaml",
        ),
        (
            "tests/fakes.py",
            "\n\n\n",
            "\nimport no_such\n\n",
            "imported by tests, not declared: no_such",
        ),
    ],
)
def test_a_mistake_is_seen(
    file: str,
    old: str,
    new: str,
    mistake: str,
    render: Render,
    distributions: dict[str, list[str]],
    tmp_path: Path,
) -> None:
    service = shutil.copytree(render(CASES[0]).path, tmp_path / "service")
    path = service / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")

    assert mistake in mistakes(service, distributions)
