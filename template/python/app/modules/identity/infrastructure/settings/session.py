"""Settings of authentication by sessions."""

from pydantic import Field

from app.modules.identity.infrastructure.settings.passwords import PasswordSettings


class IdentitySettings(PasswordSettings):
    """Longest time that a session may be idle, and longest lifetime of a session."""

    session_idle_minutes: int = Field(default=30, ge=1)
    session_hours: int = Field(default=12, ge=1, le=24 * 30)
