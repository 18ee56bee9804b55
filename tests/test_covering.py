"""The covering sets of answers cover, and are answers that somebody can give."""

from __future__ import annotations

from itertools import combinations, product

import pytest

from .boot.cases import CASES
from .covering import BOOTED, CHOICES, COVERING, POSSIBLE, as_asked, needs_booting, pairs

# Choices that exclude each other, because the one is not asked for when the other was made.
APART = {
    frozenset({("database", "sqlite"), ("test_database", "same")}),
    frozenset({("database", "sqlite"), ("test_database", "sqlite")}),
    *(
        frozenset({("auth", auth), ("auth_provider", provider)})
        for auth in CHOICES["auth"]
        if auth != "oauth2"
        for provider in CHOICES["auth_provider"]
    ),
    *(
        frozenset({("cache", "none"), ("cache_strategy", strategy)})
        for strategy in CHOICES["cache_strategy"]
    ),
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
    assert len(CASES) == len(BOOTED)
    for case, answers in zip(CASES.values(), BOOTED, strict=True):
        assert answers.items() <= case.items()


def test_what_needs_booting_is_booted() -> None:
    booted = set().union(*map(pairs, BOOTED))
    assert {pair for pair in POSSIBLE if needs_booting(pair)} <= booted
