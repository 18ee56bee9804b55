"""Facts about the settings of the service."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .cache import CACHE_URLS

# Variables that production requires with each way to authenticate.
PRODUCTION_VARIABLES = {
    "jwt": ("APP_SECRET_KEY",),
    "oauth2": ("APP_OIDC_ISSUER", "APP_OIDC_AUDIENCE"),
}


def settings_facts(answers: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return the capabilities that have settings, sorted, and the variables of production."""
    chosen = {
        "backup": answers["backup"] != "none",
        "cache": answers["cache"] != "none",
        "http": True,
        "observability": True,
        "persistence": True,
        "rate_limit": bool(answers["rate_limit"]),
    }
    cache = ["APP_CACHE_URL"] if answers["cache"] in CACHE_URLS else []
    own = PRODUCTION_VARIABLES.get(answers["auth"], ())
    return {
        "capabilities": [name for name, is_chosen in chosen.items() if is_chosen],
        "production_variables": ["APP_DATABASE_URL", *cache, "APP_ALLOWED_HOSTS", *own],
    }
