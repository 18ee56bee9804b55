"""The commands, as somebody types them."""

import asyncio
import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from app.cli import app as commands
from app.main import Service
from app.platform.persistence.sql import migrations
from tests.logins import login


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, database_url: str) -> None:
    monkeypatch.setenv("APP_DATABASE_URL", database_url)


def run(*arguments: str, **options: str) -> Result:
    return CliRunner().invoke(commands, arguments, **options)  # type: ignore[arg-type]


def test_migrate_may_be_repeated() -> None:
    for _ in range(2):
        result = run("migrate")
        assert (result.exit_code, result.output) == (0, "The database is up to date.\n")


def test_migrations_are_undone_once_that_is_confirmed(
    monkeypatch: pytest.MonkeyPatch, empty_database_url: str
) -> None:
    monkeypatch.setenv("APP_DATABASE_URL", empty_database_url)
    run("migrate")

    asked, undone = run("downgrade", "base", input="n\n"), run("downgrade", "base", "--yes")
    unknown = run("downgrade", "nothing", "--yes")

    assert (asked.exit_code, undone.exit_code, unknown.exit_code) == (1, 0, 1)
    assert undone.output == "The database is at base.\n"
    assert unknown.output.startswith("Error: The database does not fit this version")


def test_an_administrator_is_made() -> None:
    made = run("create-admin", "--email", "Ann@example.com", *login.CREATE_ADMIN)
    again = run("create-admin", "--email", "ann@example.com", *login.CREATE_ADMIN)
    nobody = run("create-admin", "--email", "ann", *login.CREATE_ADMIN)

    assert "is an administrator" in made.output
    assert (made.exit_code, again.exit_code, nobody.exit_code) == (0, 0, 2)
    assert "'ann' is not an email address." in nobody.output


def test_a_missing_migration_is_written(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, empty_database_url: str
) -> None:
    modules = shutil.copytree(migrations.MODULES, tmp_path / "modules")
    monkeypatch.setattr(migrations, "MODULES", modules)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("APP_DATABASE_URL", empty_database_url)
    folder = modules / "identity" / "migrations"
    for migration in folder.glob("*.py"):
        migration.unlink()

    missing, nothing = run("makemigrations", "add people"), run("makemigrations")

    (written,) = folder.glob("*_add_people.py")
    assert missing.output.startswith(f"Wrote modules/identity/migrations/{written.name}.\n")
    assert "op.create_table('identity_users'" in written.read_text()
    assert nothing.output == "The migrations lack nothing.\n"


def test_openapi_is_printed() -> None:
    assert json.loads(run("openapi").output)["openapi"].startswith("3.1")


def test_wrong_settings_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("APP_ENVIRONMENT", "production")
    monkeypatch.setenv("APP_LOG_LEVEL", "DEBUG")

    result = run("serve")

    assert result.exit_code == 1
    assert result.output.startswith("Error: ")
    assert "APP_LOG_LEVEL: DEBUG" in result.output


@pytest.mark.usefixtures("in_production")
class TestInProduction:
    """What is refused, and what is left to somebody who knows."""

    def test_no_migration_is_written(self) -> None:
        result = run("makemigrations")
        assert result.exit_code == 1
        assert "production" in result.output

    def test_an_administrator_is_made(self) -> None:
        result = run("create-admin", "--email", "ann@example.com", *login.CREATE_ADMIN)
        assert result.exit_code == 0

    async def test_an_old_database_is_not_used(self, service: Service) -> None:
        store = service.platform.store
        await store.downgrade("base")
        try:
            result = await asyncio.to_thread(run, "serve")
        finally:
            await store.migrate()
        assert result.output == "Error: The database lacks migrations; run `app migrate` first.\n"
