"""What a service imports, against what it declares."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterable, Mapping
from fnmatch import fnmatch
from pathlib import Path

OWN = {"app", "tests"}

# Declared though nothing imports them, because something else calls for them.
CALLED_FOR = {
    "aiosqlite": "SQLAlchemy imports a driver by its name in the URL",
    "asyncmy": "SQLAlchemy imports a driver by its name in the URL",
    "asyncpg": "SQLAlchemy imports a driver by its name in the URL",
    "cryptography": "asyncmy needs it for the passwords of MySQL",
    "anyio": "pytest loads it to run asynchronous tests",
    "import-linter": "a command, of the service's tests",
    "mypy": "a command",
    "pytest-cov": "pytest loads it for --cov",
    "ruff": "a command",
    "types-*": "mypy reads them",
}


def normal(requirement: str) -> str:
    """Return the name of the distribution that is required: "pydantic[email]~=2" is "pydantic"."""
    name = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert name, requirement
    return re.sub(r"[-_.]+", "-", name[0]).lower()


def imports(files: Iterable[Path]) -> set[str]:
    """Return the packages that these files import, other than their own and Python's."""
    names: set[str] = set()
    for path in files:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names.update(alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and not node.level:
                names.add(str(node.module))
    return {name.split(".")[0] for name in names} - OWN - sys.stdlib_module_names


def mistakes(service: Path, distributions: Mapping[str, list[str]]) -> list[str]:
    """Return a line for each import that is not declared, and each declaration without use.

    `distributions` says for each package that is installed which ones bring it.
    """
    config = tomllib.loads((service / "pyproject.toml").read_text(encoding="utf-8"))
    runtime = {normal(each) for each in config["project"]["dependencies"]}
    development = {normal(each) for each in config["dependency-groups"]["dev"]}
    by_code = imports((service / "app").rglob("*.py"))
    by_tests = imports((service / "tests").rglob("*.py"))

    def brought_by(package: str) -> set[str]:
        return {normal(name) for name in distributions.get(package, [])}

    def unused(declared: set[str], packages: set[str]) -> list[str]:
        used = set().union(*map(brought_by, packages))
        return [
            name
            for name in sorted(declared - used)
            if not any(fnmatch(name, pattern) for pattern in CALLED_FOR)
        ]

    return [
        *(
            f"imported, not declared: {name}"
            for name in sorted(by_code)
            if not brought_by(name) & runtime
        ),
        *(
            f"imported by tests, not declared: {name}"
            for name in sorted(by_tests)
            if not brought_by(name) & (runtime | development)
        ),
        *(f"declared, not imported: {name}" for name in unused(runtime, by_code)),
        *(
            f"declared for development, not imported: {name}"
            for name in unused(development, by_tests)
        ),
        *(f"declared twice: {name}" for name in sorted(runtime & development)),
    ]
