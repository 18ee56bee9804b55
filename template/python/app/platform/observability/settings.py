"""Settings of logs."""

from typing import Literal

from app.platform.settings import CapabilitySettings


class ObservabilitySettings(CapabilitySettings):
    """Level of the log."""

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    def problems(self) -> list[str]:
        problems = super().problems()
        if self.is_production and self.log_level == "DEBUG":
            problems.append("APP_LOG_LEVEL: DEBUG logs confidential data; use INFO.")
        return problems
