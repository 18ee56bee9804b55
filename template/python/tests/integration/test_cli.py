"""Commands of the `app` program."""

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


def test_migrate_is_idempotent() -> None:
    for _ in range(2):
        result = run("migrate")
        assert (result.exit_code, result.output) == (0, "The database is up to date.\n")


def test_downgrade_asks_for_confirmation_and_rejects_unknown_revision(
    monkeypatch: pytest.MonkeyPatch, empty_database_url: str
) -> None:
    monkeypatch.setenv("APP_DATABASE_URL", empty_database_url)
    run("migrate")

    declined, undone = run("downgrade", "base", input="n\n"), run("downgrade", "base", "--yes")
    unknown = run("downgrade", "nothing", "--yes")

    assert (declined.exit_code, undone.exit_code, unknown.exit_code) == (1, 0, 1)
    assert undone.output == "The database is at base.\n"
    assert unknown.output.startswith("Error: The database does not fit this version")


def test_create_admin_creates_or_promotes_user_and_rejects_invalid_email() -> None:
    created = run("create-admin", "--email", "Ann@example.com", *login.CREATE_ADMIN)
    again = run("create-admin", "--email", "ann@example.com", *login.CREATE_ADMIN)
    invalid = run("create-admin", "--email", "ann", *login.CREATE_ADMIN)

    assert "is an administrator" in created.output
    assert (created.exit_code, again.exit_code, invalid.exit_code) == (0, 0, 2)
    assert "'ann' is not an email address." in invalid.output


def test_makemigrations_writes_missing_migration(
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


def test_openapi_prints_document() -> None:
    assert json.loads(run("openapi").output)["openapi"].startswith("3.1")


def test_invalid_setting_is_named_in_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("APP_ENVIRONMENT", "production")
    monkeypatch.setenv("APP_LOG_LEVEL", "DEBUG")

    result = run("serve")

    assert result.exit_code == 1
    assert result.output.startswith("Error: ")
    assert "APP_LOG_LEVEL: DEBUG" in result.output


@pytest.mark.usefixtures("in_production")
class TestInProduction:
    """Commands with `APP_ENVIRONMENT=production`."""

    def test_makemigrations_fails(self) -> None:
        result = run("makemigrations")
        assert result.exit_code == 1
        assert "production" in result.output

    def test_create_admin_succeeds(self) -> None:
        result = run("create-admin", "--email", "ann@example.com", *login.CREATE_ADMIN)
        assert result.exit_code == 0

    async def test_serve_with_outdated_schema_fails(self, service: Service) -> None:
        store = service.platform.store
        await store.downgrade("base")
        try:
            result = await asyncio.to_thread(run, "serve")
        finally:
            await store.migrate()
        assert result.output == "Error: The database lacks migrations; run `app migrate` first.\n"
