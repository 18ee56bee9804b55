"""Settings of authentication by tokens."""

import secrets

from pydantic import AwareDatetime, Field, SecretStr

from app.modules.identity.infrastructure.access_tokens import RetiredKey
from app.modules.identity.infrastructure.settings.passwords import PasswordSettings

MIN_SECRET_LENGTH = 32


class IdentitySettings(PasswordSettings):
    """Signing keys and lifetimes of tokens."""

    secret_key: SecretStr = Field(default_factory=lambda: SecretStr(secrets.token_urlsafe(48)))
    previous_secret_key: SecretStr | None = None
    previous_secret_key_until: AwareDatetime | None = None
    access_token_minutes: int = Field(default=15, ge=1, le=24 * 60)
    refresh_token_days: int = Field(default=30, ge=1, le=365)

    @property
    def has_own_secret_key(self) -> bool:
        """Return whether a key is set; the default is random and differs in each process."""
        return "secret_key" in self.model_fields_set

    @property
    def retired_key(self) -> RetiredKey | None:
        """Return the previous key and the end of its acceptance, if there is one."""
        if self.previous_secret_key is None or self.previous_secret_key_until is None:
            return None
        secret = self.previous_secret_key.get_secret_value()
        return RetiredKey(secret, self.previous_secret_key_until)

    def problems(self) -> list[str]:
        problems = super().problems()
        if len(self.secret_key.get_secret_value()) < MIN_SECRET_LENGTH:
            problems.append(f"APP_SECRET_KEY: use {MIN_SECRET_LENGTH} characters or more.")
        if (self.previous_secret_key is None) != (self.previous_secret_key_until is None):
            problems.append(
                "APP_PREVIOUS_SECRET_KEY: set APP_PREVIOUS_SECRET_KEY_UNTIL with it, or neither."
            )
        if self.is_production and not self.has_own_secret_key:
            problems.append("APP_SECRET_KEY: set a secret of your own, the same for each process.")
        return problems
