"""Facts about rate limiting."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .authentication import WITH_PASSWORDS


def data_security_facts(answers: Mapping[str, Any]) -> dict[str, bool]:
    """Return whether there is a rate limit, and a stricter one for logins."""
    limited = bool(answers["rate_limit"])
    return {
        "login_limited": limited and answers["auth"] in WITH_PASSWORDS,
        "rate_limited": limited,
    }
