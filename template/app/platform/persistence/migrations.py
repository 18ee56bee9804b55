"""Migrations: a branch for each module, in `migrations/<module>`."""

import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy.ext.asyncio import AsyncEngine

from app.platform.persistence import adapter

FOLDER = Path(__file__).parents[3] / "migrations"

Result = TypeVar("Result")


async def upgrade(engine: AsyncEngine) -> None:
    """Run every migration that the database lacks, all or none, one process at a time."""
    await _run(engine, lambda config: command.upgrade(config, "heads"))


async def downgrade(engine: AsyncEngine, revision: str) -> None:
    """Undo migrations down to `revision`, such as `base` or `catalog@-1`."""
    await _run(engine, lambda config: command.downgrade(config, revision))


async def lacks_migrations(engine: AsyncEngine) -> bool:
    """Whether there are migrations that the database has not seen."""

    def compare(config: Config) -> bool:
        connection: sa.Connection = config.attributes["connection"]
        seen = set(MigrationContext.configure(connection).get_current_heads())
        return bool(set(ScriptDirectory.from_config(config).get_heads()) - seen)

    return await _run(engine, compare)


async def difference(engine: AsyncEngine) -> str:
    """What the migrations lack of what the tables in the code are; empty if nothing."""

    def check(config: Config) -> str:
        try:
            command.check(config)
        except CommandError as error:
            return str(error)
        return ""

    return await _run(engine, check)


async def write_missing(engine: AsyncEngine, message: str) -> list[Path]:
    """Write the migrations that `difference` misses, one for each module; returns their files."""
    modules = sorted(path.name for path in FOLDER.iterdir() if any(path.glob("*.py")))
    made = [await _run(engine, partial(_write, module, message)) for module in modules]
    written = [path for path in made if path]
    for command_line in (["check", "--fix", "--quiet"], ["format", "--quiet"]) if written else ():
        ruff = [sys.executable, "-m", "ruff", *command_line, *map(str, written)]
        subprocess.run(ruff, check=False)  # noqa: S603 (our own files, in development)
    return written


def module_of(table: str, modules: list[str]) -> str:
    """The module that a table belongs to, by the beginning of its name; empty if none."""
    return max((each for each in modules if table.startswith(f"{each}_")), key=len, default="")


def _write(module: str, message: str, config: Config) -> Path | None:
    script = ScriptDirectory.from_config(config)
    heads = [
        revision.revision
        for revision in script.walk_revisions()
        if revision.is_head and module in revision.branch_labels
    ]
    config.attributes["module"] = module
    made = command.revision(
        config,
        message,
        autogenerate=True,
        # Alembic takes several heads, which the new revision joins, but does not say so.
        head=heads or "base",  # type: ignore[arg-type]
        branch_label=None if heads else module,
        version_path=FOLDER / module,
    )
    return Path(made.path) if made else None  # type: ignore[union-attr]


async def _run(engine: AsyncEngine, action: Callable[[Config], Result]) -> Result:
    def with_connection(connection: sa.Connection) -> Result:
        adapter.lock_for_migrations(connection)
        config = Config()
        config.set_main_option("script_location", _escaped(FOLDER))
        folders = [path for path in sorted(FOLDER.iterdir()) if path.is_dir()]
        config.set_main_option("version_locations", "\n".join(map(_escaped, folders)))
        config.set_main_option("path_separator", "newline")
        config.set_main_option(
            "file_template", "%%(year)d%%(month).2d%%(day).2d_%%(hour).2d%%(minute).2d_%%(slug)s"
        )
        config.attributes["connection"] = connection
        return action(config)

    async with engine.begin() as connection:
        return await connection.run_sync(with_connection)


def _escaped(path: Path) -> str:
    return str(path).replace("%", "%%")
