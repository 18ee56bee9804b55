"""Groups of callers that the access rules of every service name."""

from tests.access_rules import expected

ANYONE = frozenset({*expected.CALLERS, "anonymous"})
AUTHENTICATED = frozenset(expected.CALLERS)
ADMINISTRATORS = frozenset({"admin"})
