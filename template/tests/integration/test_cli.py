"""The commands, as somebody types them."""

import asyncio
import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from app.cli import app as commands
from app.platform.persistence import adapter, migrations
from tests.conftest import PASSWORD


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


def test_an_administrator_is_made_with_a_password() -> None:
    given = run("create-admin", "--email", "Ann@example.com", "--password", PASSWORD)
    asked = run("create-admin", "--email", "bo@example.com", input=f"{PASSWORD}\n{PASSWORD}\n")

    assert given.output == "ann@example.com is an administrator.\n"
    assert asked.output.endswith("bo@example.com is an administrator.\n")
    assert PASSWORD not in asked.output


def test_a_bad_administrator_is_refused() -> None:
    short = run("create-admin", "--email", "ann@example.com", "--password", "short")
    nobody = run("create-admin", "--email", "ann", "--password", PASSWORD)

    assert short.output == "Error: A password has from 12 to 128 characters.\n"
    assert "'ann' is not an email address." in nobody.output
    assert (short.exit_code, nobody.exit_code) == (1, 2)


def test_a_missing_migration_is_written(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, empty_database_url: str
) -> None:
    folder = shutil.copytree(migrations.FOLDER, tmp_path / "migrations")
    monkeypatch.setattr(migrations, "FOLDER", folder)
    monkeypatch.setenv("APP_DATABASE_URL", empty_database_url)
    (folder / "identity" / "create_users.py").unlink()

    missing, nothing = run("makemigrations", "add people"), run("makemigrations")

    (written,) = (folder / "identity").glob("*_add_people.py")
    assert missing.output.startswith(f"Wrote migrations/identity/{written.name}; read it")
    assert 'op.create_table(\n        "identity_users",' in written.read_text()
    assert nothing.output == "The migrations lack nothing.\n"


def test_openapi_is_printed() -> None:
    assert json.loads(run("openapi").output)["openapi"].startswith("3.1")


def test_wrong_settings_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("APP_ENVIRONMENT", "production")

    result = run("serve")

    assert result.exit_code == 1
    assert result.output.startswith("Error: APP_SECRET_KEY: set a secret of your own")


class TestInProduction:
    """What is refused, and what is left to somebody who knows."""

    @pytest.fixture(autouse=True)
    def production(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("APP_ENVIRONMENT", "production")
        monkeypatch.setenv("APP_ALLOWED_HOSTS", "api.example.com")
        monkeypatch.setenv("APP_SECRET_KEY", "x" * 32)

    def test_no_migration_is_written(self) -> None:
        result = run("makemigrations")
        assert result.exit_code == 1
        assert "production" in result.output

    def test_an_administrator_is_made(self) -> None:
        result = run("create-admin", "--email", "ann@example.com", "--password", PASSWORD)
        assert result.exit_code == 0

    async def test_an_old_database_is_not_used(self, database_url: str) -> None:
        engine = adapter.create_engine(database_url)
        await migrations.downgrade(engine, "base")
        try:
            result = await asyncio.to_thread(run, "serve")
        finally:
            await migrations.upgrade(engine)
            await engine.dispose()
        assert result.output == "Error: The database lacks migrations; run `app migrate` first.\n"
