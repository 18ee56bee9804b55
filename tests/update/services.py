"""A service that a team has changed, what an update makes of it, and how it is run."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from ..support import commit, copier, git, run

ANSWERS_FILE = ".copier-answers.yml"
CONFLICT_MARKERS = ("<<<<<<< before updating", ">>>>>>> after updating")


# --- What a team does ----------------------------------------------------------------------------


def insert(service: Path, name: str, after: str, text: str) -> None:
    """Write `text` below the one place in a file that reads `after`."""
    replace(service, name, after, f"{after}{text}")


def replace(service: Path, name: str, old: str, new: str) -> None:
    """Write `new` in the one place in a file that reads `old`."""
    path = service / name
    content = path.read_text(encoding="utf-8")
    assert content.count(old) == 1, f"{name} has {old!r} {content.count(old)} times"
    path.write_text(content.replace(old, new), encoding="utf-8")


def edit_as_a_team(service: Path) -> None:
    """Make the changes that a service sees first; the entity is the default `product`."""
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
        '        """Delete a product."""\n        await use_cases.delete(caller, entity_id, seen)\n',
        '\n    @router.get("/{entity_id}/name", responses=problems(404))\n'
        "    async def read_name(caller: Caller, entity_id: UUID) -> str:\n"
        '        """Read the name alone."""\n'
        "        return (await use_cases.get(caller, entity_id)).name\n",
    )
    insert(
        service,
        "app/settings.py",
        "    shutdown_seconds: int = Field(default=30, ge=1)\n",
        '    support_email: str = "support@example.com"\n',
    )
    insert(
        service,
        "app/main.py",
        "    install_problem_handlers(app)\n",
        "    app.state.started_at = utc_now()\n",
    )
    replace(service, "pyproject.toml", 'version = "0.1.0"', 'version = "1.4.2"')
    insert(service, "README.md", "## Where things are\n", "\nAsk in the channel #catalog.\n")
    added = {
        "app/modules/catalog/domain/discount.py": '"""Prices for friends."""\n\nPERCENT = 10\n',
        "docs/decisions/9001-discounts.md": "# Friends pay less\n",
        "scripts/nightly.sh": "#!/bin/sh\nuv run app seed\n",
    }
    for name, content in added.items():
        (service / name).parent.mkdir(parents=True, exist_ok=True)
        (service / name).write_text(content, encoding="utf-8")


# --- What an update does -------------------------------------------------------------------------


def update(service: Path, answers: Mapping[str, Any] | None = None) -> None:
    """Update as `make update` does, with answers from a file instead of the prompt."""
    data = service.with_name(f"{service.name}.answers.yml")
    data.write_text(yaml.safe_dump(dict(answers or {}), sort_keys=False), encoding="utf-8")
    options = ("--trust", "--defaults", "--quiet", "--context-lines", "1000", "--data-file", data)
    outcome = copier("update", *options, service)
    data.unlink()
    assert outcome.returncode == 0, outcome.stderr


def assert_no_conflict(service: Path) -> None:
    """Assert that an update left nothing to resolve."""
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
    """Return what an update did since the last commit: files added, modified and deleted."""
    git(service, "add", "--all")
    found: dict[str, set[str]] = {"A": set(), "M": set(), "D": set()}
    listed = git(service, "diff", "--cached", "--name-status", "--no-renames", "-z").split("\0")
    for status, name in zip(listed[::2], listed[1::2], strict=False):
        found[status].add(name)
    return found


def modules_of(service: Path) -> Any:
    """Return the modules as the service's answers file has them."""
    return yaml.safe_load((service / ANSWERS_FILE).read_text(encoding="utf-8"))["modules"]


# --- What a template does ------------------------------------------------------------------------


def release(template: Path, version: str) -> None:
    """Make a release of the template as it is on disk."""
    commit(template, f"Release {version}")
    git(template, "tag", version)


# --- How a service is run ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Tools:
    """Python with all that any service needs, whatever the answers."""

    python: Path

    def app(
        self, service: Path, database_url: str, *arguments: str, check: bool = True
    ) -> subprocess.CompletedProcess[str]:
        """Run one of the service's commands, as `uv run app` does."""
        code = "from app.cli import app; app(prog_name='app')"
        return self._run(
            service, "-c", code, *arguments, check=check, APP_DATABASE_URL=database_url
        )

    def script(self, service: Path, database_url: str, code: str) -> str:
        """Run Python that awaits on `engine`, and return what it prints."""
        program = (
            "import asyncio, app.main\n"
            "from app.platform.persistence import adapter, migrations, tables\n"
            "async def main():\n"
            f"    engine = adapter.create_engine({database_url!r})\n"
            "    try:\n"
            + "".join(f"        {line}\n" for line in code.splitlines())
            + "    finally:\n        await engine.dispose()\n"
            "asyncio.run(main())\n"
        )
        return self._run(service, "-c", program).stdout.strip()

    def module(
        self, service: Path, name: str, *arguments: str, check: bool = True, **variables: str
    ) -> subprocess.CompletedProcess[str]:
        """Run a Python module, such as pytest or mypy, in the service."""
        return self._run(service, "-m", name, *arguments, check=check, **variables)

    def difference(self, service: Path, database_url: str) -> str:
        """Return what the service's migrations lack, by the database that they made."""
        return self.script(service, database_url, "print(await migrations.difference(engine))")

    def assert_checks_pass(self, service: Path) -> None:
        """Run what `make lint` runs."""
        self.module(service, "ruff", "format", "--check", "--no-cache", ".")
        self.module(service, "ruff", "check", "--no-cache", ".")
        self.module(service, "mypy")
        run(self.python.with_name("lint-imports"), cwd=service, PYTHONPATH=str(service))

    def _run(
        self, service: Path, *arguments: str, check: bool = True, **variables: str
    ) -> subprocess.CompletedProcess[str]:
        return run(self.python, *arguments, cwd=service, check=check, **variables)
