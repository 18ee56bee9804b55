"""A service that a team edits, its update, and commands to run it."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from ..support import commit, copier, git, run

INSIDE = Path(__file__).with_name("inside.py")
ANSWERS_FILE = ".copier-answers.yml"
TABLE_OF_RIGHTS = "tests/integration/test_access.py"
MIGRATION = re.compile(r"app/modules/\w+/migrations/\w+\.py")
CONFLICT_MARKERS = ("<<<<<<< before updating", ">>>>>>> after updating")


# --- Edits of a team -----------------------------------------------------------------------------


def insert(service: Path, name: str, after: str, text: str) -> None:
    """Insert `text` after the one occurrence of `after` in a file."""
    replace(service, name, after, f"{after}{text}")


def replace(service: Path, name: str, old: str, new: str) -> None:
    """Replace the one occurrence of `old` in a file."""
    path = service / name
    content = path.read_text(encoding="utf-8")
    assert content.count(old) == 1, f"{name} has {old!r} {content.count(old)} times"
    path.write_text(content.replace(old, new), encoding="utf-8")


def add_access_rule(service: Path) -> None:
    """Add the rule that the service's tests ask for when a route has none."""
    insert(
        service,
        TABLE_OF_RIGHTS,
        '    ("GET", "/api/v1/me"): Rule(AUTHENTICATED),\n',
        '    ("GET", "/api/v1/products/{entity_id}/name"): Rule(expected.READERS),\n',
    )


def edit_as_a_team(service: Path) -> None:
    """Edit the files that teams edit first; the entity is the default `product`."""
    product = "app/modules/catalog/domain/product.py"
    insert(
        service,
        product,
        "from uuid import UUID\n\n",
        "from app.kernel.errors import RuleViolation\n",
    )
    insert(
        service,
        product,
        'require_not_blank(self.name, "name")\n',
        "        if self.price < 0:\n"
        '            raise RuleViolation("The price must not be negative.")\n',
    )
    insert(
        service,
        "app/modules/catalog/presentation/product.py",
        "        await use_cases.delete(caller, entity_id, seen)\n",
        '\n    @router.get("/{entity_id}/name", responses=problems(404))\n'
        "    async def read_name(caller: Caller, entity_id: UUID) -> str:\n"
        '        """Read the name alone."""\n'
        "        return (await use_cases.get(caller, entity_id)).name\n",
    )
    if (service / TABLE_OF_RIGHTS).exists():
        add_access_rule(service)
    insert(
        service,
        "app/platform/http/settings.py",
        "    shutdown_seconds: int = Field(default=30, ge=1)\n",
        '    support_email: str = "support@example.com"\n',
    )
    insert(
        service,
        ".env.example",
        "#APP_SHUTDOWN_SECONDS=30\n",
        "# Address for questions.\n#APP_SUPPORT_EMAIL=support@example.com\n",
    )
    insert(
        service,
        "app/main.py",
        "    install_problem_handlers(app)\n",
        "    app.state.started_at = utc_now()\n",
    )
    replace(service, "pyproject.toml", 'version = "0.1.0"', 'version = "1.4.2"')
    insert(service, "README.md", "## Develop\n", "\nAsk in the channel #catalog.\n")
    added = {
        "app/modules/catalog/domain/discount.py": '"""Prices for friends."""\n\nPERCENT = 10\n',
        "docs/decisions/9001-discounts.md": "# Friends pay less\n",
        "scripts/nightly.sh": "#!/bin/sh\nuv run app seed\n",
    }
    for name, content in added.items():
        (service / name).parent.mkdir(parents=True, exist_ok=True)
        (service / name).write_text(content, encoding="utf-8")


# --- Updates -------------------------------------------------------------------------------------


def update(service: Path, answers: Mapping[str, Any] | None = None) -> None:
    """Update as `make update` does, with answers from a file instead of the prompt."""
    data = service.with_name(f"{service.name}.answers.yml")
    data.write_text(yaml.safe_dump(dict(answers or {}), sort_keys=False), encoding="utf-8")
    options = ("--trust", "--defaults", "--quiet", "--context-lines", "1000", "--data-file", data)
    outcome = copier("update", *options, service)
    data.unlink()
    assert outcome.returncode == 0, outcome.stderr


def assert_no_conflict(service: Path) -> None:
    """Assert that an update left no conflict."""
    assert conflicts(service) == []
    assert not [*service.rglob("*.rej"), *service.rglob("*.orig")]
    marked = [
        name
        for name, content in contents(service).items()
        if any(line.startswith(CONFLICT_MARKERS) for line in content.splitlines())
    ]
    assert marked == []


def conflicts(service: Path) -> list[str]:
    """Return the files that git shows as conflicts."""
    return sorted(set(git(service, "diff", "--name-only", "--diff-filter=U").split()))


def contents(tree: Path) -> dict[str, str]:
    """Return all files of a repository with their texts, except what it ignores."""
    listed = git(tree, "ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0")
    present = sorted({name for name in listed if name and (tree / name).is_file()})
    return {name: (tree / name).read_text(encoding="utf-8") for name in present}


def changes(service: Path) -> dict[str, set[str]]:
    """Return the files that were added, modified and deleted since the last commit."""
    git(service, "add", "--all")
    found: dict[str, set[str]] = {"A": set(), "M": set(), "D": set()}
    listed = git(service, "diff", "--cached", "--name-status", "--no-renames", "-z").split("\0")
    for status, name in zip(listed[::2], listed[1::2], strict=False):
        found[status].add(name)
    return found


def migrations_of(service: Path) -> dict[str, str]:
    """Return the migrations of all modules with their texts."""
    return {
        name: content for name, content in contents(service).items() if MIGRATION.fullmatch(name)
    }


def answers_of(service: Path) -> dict[str, Any]:
    """Return the content of the answers file, in its order."""
    recorded: dict[str, Any] = yaml.safe_load((service / ANSWERS_FILE).read_text(encoding="utf-8"))
    return recorded


# --- Releases ------------------------------------------------------------------------------------


def release(template: Path, version: str) -> None:
    """Make a release of the template as it is on disk."""
    commit(template, f"Release {version}")
    git(template, "tag", version)


# --- Commands ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Tools:
    """Python of an environment with the dependencies of every service."""

    python: Path

    def app(self, service: Path, database_url: str, *arguments: str) -> str:
        """Run one of the service's commands, as `uv run app` does, and return what it prints."""
        code = "from app.cli import app; app()"
        return self._run(
            service, "-c", code, *arguments, variables={"APP_DATABASE_URL": database_url}
        ).stdout

    def do(self, service: Path, database_url: str, *steps: tuple[Any, ...]) -> list[Any]:
        """Do steps of `inside.py` in the service, and return the outcome of each."""
        variables = {"APP_DATABASE_URL": database_url, "PYTHONPATH": str(service)}
        printed = self._run(service, INSIDE, json.dumps(steps), variables=variables).stdout
        outcomes: list[Any] = json.loads(printed.splitlines()[-1])
        return outcomes

    def test(self, service: Path, database_url: str, *names: str) -> tuple[int, str]:
        """Run the service's own tests; returns the exit code and what they print."""
        options = ("-q", "-p", "no:cacheprovider", "--no-cov")
        variables = {"APP_TEST_DATABASE_URL": database_url}
        outcome = self._run(
            service, "-m", "pytest", *options, *names, check=False, variables=variables
        )
        return outcome.returncode, outcome.stdout + outcome.stderr

    def format(self, service: Path, *names: str) -> None:
        """Do what `make format` does to some files."""
        self._run(service, "-m", "ruff", "format", "--no-cache", *names)
        self._run(service, "-m", "ruff", "check", "--no-cache", "--fix", *names)

    def assert_formatted(self, service: Path, *names: str) -> None:
        """Assert that ruff finds nothing to change."""
        self._run(service, "-m", "ruff", "check", "--no-cache", *names)
        self._run(service, "-m", "ruff", "format", "--check", "--no-cache", *names)

    def assert_checks_pass(self, service: Path) -> None:
        """Run the checks of `make lint`."""
        self.assert_formatted(service, ".")
        self._run(service, "-m", "mypy")
        code = "from importlinter.cli import lint_imports_command; lint_imports_command()"
        self._run(service, "-c", code)

    def _run(
        self,
        service: Path,
        *arguments: str | Path,
        check: bool = True,
        variables: Mapping[str, str] | None = None,
    ) -> subprocess.CompletedProcess[str]:
        return run(
            self.python,
            *arguments,
            cwd=service,
            check=check,
            variables=variables,
        )
