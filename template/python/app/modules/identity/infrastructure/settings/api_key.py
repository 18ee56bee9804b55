"""Settings of authentication by API keys."""

from app.platform.settings import CapabilitySettings


class IdentitySettings(CapabilitySettings):
    """No settings: API keys need none."""
