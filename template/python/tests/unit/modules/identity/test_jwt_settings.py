"""Settings of the keys that sign tokens."""

import pytest
from pydantic import ValidationError

from app.platform.settings import describe_errors
from app.settings import Settings
from tests.logins import login


@pytest.fixture(autouse=True)
def database_url_set(monkeypatch: pytest.MonkeyPatch, database_url: str) -> None:
    monkeypatch.setenv("APP_DATABASE_URL", database_url)


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("APP_SECRET_KEY", "x" * 31),
        ("APP_SECRET_KEY", ""),
        ("APP_PREVIOUS_SECRET_KEY", "x" * 32),
    ],
)
def test_invalid_key_is_rejected(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)

    with pytest.raises(ValidationError) as error:
        Settings()
    assert describe_errors(error.value).startswith(f"{variable}: ")


def test_production_requires_a_secret_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("APP_ENVIRONMENT", "production")

    with pytest.raises(ValidationError) as error:
        Settings()
    assert "APP_SECRET_KEY: set a secret of your own" in describe_errors(error.value)

    monkeypatch.setenv("APP_SECRET_KEY", login.IN_PRODUCTION["secret_key"])
    assert "APP_SECRET_KEY" not in _problems()


def _problems() -> str:
    try:
        Settings()
    except ValidationError as error:
        return describe_errors(error)
    return ""


def test_development_generates_a_random_key() -> None:
    first, second = Settings(), Settings()

    assert not first.has_own_secret_key
    assert first.secret_key != second.secret_key
    assert first.secret_key.get_secret_value() not in repr(first)
