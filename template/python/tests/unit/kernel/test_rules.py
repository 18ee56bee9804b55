"""Rules and versions that all entities share."""

import pytest

from app.kernel.errors import RuleViolation, StaleVersion
from app.kernel.rules import require_not_blank
from app.kernel.versions import SeenVersions


def test_a_text_must_not_be_blank() -> None:
    require_not_blank("x", "name")
    require_not_blank(None, "name")
    with pytest.raises(RuleViolation, match="The name must not be blank"):
        require_not_blank(" \t", "name")


def test_who_has_seen_any_version_has_seen_this_one() -> None:
    SeenVersions().check(3)
    SeenVersions(frozenset({1, 3})).check(3)
    for numbers in ({1, 2}, set[int]()):
        with pytest.raises(StaleVersion):
            SeenVersions(frozenset(numbers)).check(3)
