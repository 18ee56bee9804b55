"""Facts about rate limiting."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .authentication import WITH_PASSWORDS
from .imports import platform_imports


def data_security_facts(answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return where requests are counted, and whether logging in has a limit of its own."""
    limited = bool(answers["rate_limit"])
    classes = [("memory", "MemoryWindows"), ("port", "Rate")]
    call = "MemoryWindows()"
    if answers["cache"] == "redis":
        classes.append(("redis", "RedisWindows"))
        # A line each: nobody knows how long the slug is.
        arguments = ("settings.cache_url", f'"{answers["project_slug"]}"', call)
        call = "\n".join(
            ["RedisWindows(", *(f"            {each}," for each in arguments), "        )"]
        )
    return {
        "login_limited": limited and answers["auth"] in WITH_PASSWORDS,
        "rate_limit_imports": platform_imports("rate_limit", classes) if limited else [],
        "rate_limited": limited,
        "rate_windows": call,
    }
