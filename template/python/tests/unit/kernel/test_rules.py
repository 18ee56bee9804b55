"""Rules and versions that all entities share."""

import pytest

from app.kernel.errors import RuleViolation, StaleVersion
from app.kernel.rules import require_not_blank
from app.kernel.versions import ExpectedVersions


def test_a_text_must_not_be_blank() -> None:
    require_not_blank("x", "name")
    require_not_blank(None, "name")
    with pytest.raises(RuleViolation, match="The name must not be blank"):
        require_not_blank(" \t", "name")


def test_who_has_seen_any_version_has_seen_this_one() -> None:
    ExpectedVersions().check(3)
    ExpectedVersions(frozenset({1, 3})).check(3)
    for numbers in ({1, 2}, set[int]()):
        with pytest.raises(StaleVersion):
            ExpectedVersions(frozenset(numbers)).check(3)
