"""The covering sets of answers cover, and are answers that somebody can give."""

from __future__ import annotations

from itertools import combinations, product
from typing import Any

import pytest

from .boot.cases import CASES
from .covering import (
    ALIKE,
    BOOTED,
    CHOICES,
    COVERING,
    MEETS_ONLY,
    Answers,
    as_asked,
    pairs,
)

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


@pytest.mark.parametrize("sets", [COVERING, BOOTED], ids=["all", "booted"])
def test_nobody_is_given_an_answer_that_was_not_asked_for(sets: list[Answers]) -> None:
    for answers in sets:
        assert as_asked(answers) == answers
        assert pairs(answers).isdisjoint(APART)


def test_what_is_booted_lacks_only_pairs_that_make_no_difference() -> None:
    met = set().union(*map(pairs, BOOTED))
    for pair in SEEN - met:
        (one, first), (other, second) = pair
        assert (
            first in ALIKE.get(one, ())
            or second in ALIKE.get(other, ())
            or other not in MEETS_ONLY.get(one, CHOICES)
            or one not in MEETS_ONLY.get(other, CHOICES)
        )


@pytest.mark.parametrize("key", CHOICES)
def test_every_choice_is_booted(key: str) -> None:
    assert {answers[key] for answers in BOOTED if key in answers} == {*CHOICES[key]}


@pytest.mark.parametrize("key", ALIKE)
def test_every_other_choice_meets_one_that_is_alike(key: str) -> None:
    alike = {
        answer for answers in BOOTED if answers[key] in ALIKE[key] for answer in answers.items()
    }
    keys = CHOICES.keys() - {key} - MEETS_ONLY.keys()
    others = {(other, choice) for other in keys for choice in CHOICES[other]}
    assert others <= alike


def test_every_choice_is_booted_with_both_kinds_of_modules() -> None:
    kinds = {(answer, "modules" in CASES[name]) for name in CASES for answer in _technical(name)}
    assert kinds >= {
        ((key, choice), rich)
        for key in CHOICES.keys() - MEETS_ONLY.keys()
        for choice in CHOICES[key]
        for rich in (True, False)
    }


def _technical(name: str) -> set[tuple[str, Any]]:
    return {(key, answer) for key, answer in CASES[name].items() if key in CHOICES}


def test_each_set_is_booted() -> None:
    assert len(CASES) == len(BOOTED)
    for case, answers in zip(CASES.values(), BOOTED, strict=True):
        assert answers.items() <= case.items()
