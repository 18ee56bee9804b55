"""Settings of authentication with API keys."""

from app.platform.settings import CapabilitySettings


class IdentitySettings(CapabilitySettings):
    """API keys need no settings."""
