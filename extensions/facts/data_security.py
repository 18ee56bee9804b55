"""Facts about rate limiting."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .authentication import WITH_PASSWORDS


def data_security_facts(answers: Mapping[str, Any]) -> dict[str, bool]:
    """Return whether there is a rate limit, a stricter one for logins, and a client address."""
    limited = bool(answers["rate_limit"])
    with_passwords = answers["auth"] in WITH_PASSWORDS
    return {
        "identifies_clients": limited or with_passwords,
        "login_limited": limited and with_passwords,
        "rate_limited": limited,
    }
