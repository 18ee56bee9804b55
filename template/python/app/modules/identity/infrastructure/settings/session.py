"""What can be set of sessions; a part of `app.settings`."""

from pydantic import Field

from app.modules.identity.infrastructure.settings.passwords import PasswordSettings


class IdentitySettings(PasswordSettings):
    """How long a session lives unused, and at most."""

    session_idle_minutes: int = Field(default=30, ge=1)
    session_hours: int = Field(default=12, ge=1, le=24 * 30)
