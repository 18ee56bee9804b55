"""Facts about rate limiting."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .authentication import WITH_PASSWORDS
from .imports import platform_imports
from .modules import import_of


def data_security_facts(answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return where requests are counted, and whether logging in has a limit of its own."""
    limited = bool(answers["rate_limit"])
    classes = [("memory", "MemoryRateLimiter"), ("limiter", "Rate")]
    call = "MemoryRateLimiter()"
    if answers["cache"] == "redis":
        classes.append(("redis", "RedisRateLimiter"))
        # A line each: nobody knows how long the slug is.
        arguments = ("settings.cache_url", f'"{answers["project_slug"]}"', call)
        call = "\n".join(
            ["RedisRateLimiter(", *(f"            {each}," for each in arguments), "        )"]
        )
    return {
        "login_limited": limited and answers["auth"] in WITH_PASSWORDS,
        "rate_limit_imports": _imports(classes) if limited else [],
        "rate_limited": limited,
        "rate_windows": call,
    }


def _imports(classes: list[tuple[str, str]]) -> list[str]:
    middleware = import_of("app.platform.rate_limit.middleware", "Limit", "RateLimit")
    return sorted([*platform_imports("rate_limit", classes), middleware])
