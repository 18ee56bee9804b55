"""Settings in general: environment variables with the prefix `APP_`, or lines of a `.env` file."""

from typing import Any, Literal, Self

from pydantic import ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "APP_"


class CapabilitySettings(BaseSettings):
    """Base class of the settings of each capability; `app.settings.Settings` inherits from all."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_file=".env", extra="ignore", hide_input_in_errors=True
    )

    environment: Literal["development", "test", "production"] = "development"

    @property
    def is_production(self) -> bool:
        return self.environment == "production"

    def problems(self) -> list[str]:
        """Return a sentence for each value that cannot work or is unsafe in production.

        Each sentence begins with the variable. An override extends the list of `super()`.
        """
        return []

    @model_validator(mode="after")
    def _refuse_problems(self) -> Self:
        if problems := self.problems():
            raise ValueError("\n".join(problems))
        return self


def split_at_commas(value: Any) -> Any:
    """Return the parts of a text such as `a, b`; return any other value as it is."""
    if isinstance(value, str):
        return tuple(part for part in (each.strip() for each in value.split(",")) if part)
    return value


def describe_errors(error: ValidationError) -> str:
    """Return a line for each wrong setting, beginning with its variable."""
    lines = []
    for each in error.errors():
        variable = "".join(f"{PREFIX}{str(part).upper()}: " for part in each["loc"][:1])
        lines.append(f"{variable}{each['msg'].removeprefix('Value error, ')}")
    return "\n".join(lines)
