"""Settings of accounts with a password."""

from typing import Literal

from pydantic import Field

from app.platform.settings import CapabilitySettings


class PasswordSettings(CapabilitySettings):
    """Registration, and the number of failed logins before the login throttle imposes waits."""

    registration: Literal["open", "admin"] = "open"
    failed_logins_per_account: int = Field(default=5, ge=1)
    failed_logins_per_address: int = Field(default=50, ge=1)
