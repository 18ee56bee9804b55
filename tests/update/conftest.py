"""Services to update, fresh copies to compare them with, and tools to run them."""

from __future__ import annotations

import json
import secrets
import shutil
from collections.abc import Callable, Iterator, Mapping
from itertools import count
from pathlib import Path
from typing import Any

import pytest

pytest.register_assert_rewrite(f"{__package__}.services")

from .. import servers  # noqa: E402
from ..servers import DATABASE_SERVERS  # noqa: E402
from ..support import commit, render, run  # noqa: E402
from .services import Tools, edit_as_a_team  # noqa: E402

Answers = Mapping[str, Any]


@pytest.fixture(scope="session")
def fresh(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[Answers], Path]:
    """Function that returns a committed fresh copy; each is made once and must not be changed."""
    folder = tmp_path_factory.mktemp("fresh")
    made: dict[str, Path] = {}

    def copy(answers: Answers) -> Path:
        key = json.dumps(answers)
        if key not in made:
            made[key] = render(template, folder / f"service_{len(made)}", answers)
            commit(made[key], "Create the service")
        return made[key]

    return copy


@pytest.fixture
def plain(fresh: Callable[[Answers], Path], tmp_path: Path) -> Callable[..., Path]:
    """Function that returns a new service with these answers."""
    numbers = count()

    def copy(answers: Answers | None = None) -> Path:
        path = tmp_path / f"service_{next(numbers)}"
        return shutil.copytree(fresh(answers or {}), path, symlinks=True)

    return copy


@pytest.fixture
def edited(plain: Callable[..., Path]) -> Callable[..., Path]:
    """Function that returns a new service with the edits of a team, all committed."""

    def copy(answers: Answers | None = None) -> Path:
        path = plain(answers)
        edit_as_a_team(path)
        commit(path, "Make it ours")
        return path

    return copy


@pytest.fixture(scope="session")
def tools(environment: Path) -> Tools:
    """The shared environment, in which every service runs."""
    return Tools(environment / "bin" / "python")


@pytest.fixture(
    params=["sqlite", *(pytest.param(each, marks=pytest.mark.full) for each in DATABASE_SERVERS)]
)
def database(request: pytest.FixtureRequest) -> str:
    """Each choice of database, if its server answers."""
    name: str = request.param
    server = DATABASE_SERVERS.get(name)
    if server and not servers.answers(server):
        pytest.skip(f"no server answers at {server}")
    return name


@pytest.fixture
def database_url(
    database: str, tools: Tools, sqlite_url: str, fresh: Callable[[Answers], Path]
) -> Iterator[str]:
    """URL of a database that does not exist yet; it is dropped in the end."""
    if database == "sqlite":
        yield sqlite_url
        return
    url = f"{DATABASE_SERVERS[database]}/andamio_update_{secrets.token_hex(6)}"
    yield url
    code = (
        f"import asyncio; from app.platform.persistence.database import drop_database;"
        f"asyncio.run(drop_database({url!r}))"
    )
    run(tools.python, "-c", code, cwd=fresh({"database": database}))


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """URL of an SQLite database, for tests that do not depend on the choice."""
    return f"sqlite:///{tmp_path / 'app.db'}"
