"""The groups of callers that the rules of every service name."""

from tests.access_rules import expected

ANYBODY = frozenset({*expected.CALLERS, "anonymous"})
IDENTIFIED = frozenset(expected.CALLERS)
MANAGERS = frozenset({"admin"})
