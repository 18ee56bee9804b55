"""Settings of the HTTP server."""

import re
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, IPvAnyNetwork
from pydantic_settings import NoDecode

from app.platform.settings import CapabilitySettings, split_at_commas


def _origins(origins: tuple[str, ...]) -> tuple[str, ...]:
    for origin in origins:
        if not re.fullmatch(r"\*|https?://[^/?#@\s]+", origin):
            raise ValueError(f"{origin!r} is no origin; write one such as https://example.com.")
    return origins


def _hosts(hosts: tuple[str, ...]) -> tuple[str, ...]:
    for host in hosts:
        if not re.fullmatch(r"(\*\.)?[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]", host):
            raise ValueError(
                f"{host!r} is no host; write a name such as example.com or *.example.com, "
                "without a scheme and a port."
            )
    return tuple(host.lower() for host in hosts)


Names = Annotated[tuple[str, ...], NoDecode, BeforeValidator(split_at_commas)]
Origins = Annotated[Names, AfterValidator(_origins)]
Hosts = Annotated[Names, AfterValidator(_hosts)]
Networks = Annotated[tuple[IPvAnyNetwork, ...], NoDecode, BeforeValidator(split_at_commas)]


class HttpSettings(CapabilitySettings):
    """Hosts, origins and proxies to trust, and limits of requests."""

    allowed_hosts: Hosts = ()
    cors_origins: Origins = ()
    trusted_proxies: Networks = ()
    max_header_bytes: int = Field(default=32 * 1024, ge=1024)
    max_body_bytes: int = Field(default=1024 * 1024, ge=1024)
    request_timeout_seconds: float = Field(default=30, gt=0)
    shutdown_seconds: int = Field(default=30, ge=1)

    def problems(self) -> list[str]:
        problems = super().problems()
        if self.is_production and not self.allowed_hosts:
            problems.append("APP_ALLOWED_HOSTS: name the hosts that production answers for.")
        problems += [
            f"APP_CORS_ORIGINS: name https origins, not {origin!r}."
            for origin in self.cors_origins
            if self.is_production and (not origin.startswith("https://") or "*" in origin)
        ]
        return problems
