"""The covering sets of answers cover, and are answers that somebody can give."""

from __future__ import annotations

from itertools import combinations, product

import pytest

from .boot.cases import CASES
from .covering import CHOICES, COVERING, as_asked, pairs

# Choices that exclude each other, because the one is not asked for when the other was made.
APART = {
    frozenset({("database", "sqlite"), ("test_database", "same")}),
    frozenset({("database", "sqlite"), ("test_database", "sqlite")}),
}
SEEN = set().union(*map(pairs, COVERING))


@pytest.mark.parametrize(("one", "other"), list(combinations(CHOICES, 2)))
def test_every_choice_meets_every_other(one: str, other: str) -> None:
    choices = product(CHOICES[one], CHOICES[other])
    possible = {frozenset({(one, first), (other, second)}) for first, second in choices}
    assert possible - SEEN <= APART


def test_nobody_is_given_an_answer_that_was_not_asked_for() -> None:
    for answers in COVERING:
        assert as_asked(answers) == answers
    assert SEEN.isdisjoint(APART)


def test_each_set_is_booted() -> None:
    assert len(CASES) == len(COVERING)
    for case, answers in zip(CASES.values(), COVERING, strict=True):
        assert answers.items() <= case.items()
