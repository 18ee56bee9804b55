"""Validation rules and expected versions."""

import pytest

from app.kernel.errors import RuleViolation, StaleVersion
from app.kernel.rules import require_not_blank
from app.kernel.versions import ExpectedVersions


def test_blank_text_raises_rule_violation() -> None:
    require_not_blank("x", "name")
    require_not_blank(None, "name")
    with pytest.raises(RuleViolation, match="The name must not be blank"):
        require_not_blank(" \t", "name")


def test_unexpected_version_raises_stale_version() -> None:
    ExpectedVersions().check(3)
    ExpectedVersions(frozenset({1, 3})).check(3)
    for numbers in ({1, 2}, set[int]()):
        with pytest.raises(StaleVersion):
            ExpectedVersions(frozenset(numbers)).check(3)
