"""What can be set of accounts with a password; a part of `app.settings`."""

from typing import Literal

from pydantic import Field

from app.platform.settings import CapabilitySettings


class PasswordSettings(CapabilitySettings):
    """Who registers people, and how often somebody may get a password wrong without a wait."""

    registration: Literal["open", "admin"] = "open"
    failed_logins_per_account: int = Field(default=5, ge=1)
    failed_logins_per_address: int = Field(default=50, ge=1)
