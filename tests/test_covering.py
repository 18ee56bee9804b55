"""Covering sets of answers: completeness and validity."""

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

# Pairs of choices that exclude each other, since one question depends on the other answer.
EXCLUSIVE = {
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
def test_covering_sets_contain_every_possible_pair(one: str, other: str) -> None:
    choices = product(CHOICES[one], CHOICES[other])
    possible = {frozenset({(one, first), (other, second)}) for first, second in choices}
    assert possible - SEEN <= EXCLUSIVE


@pytest.mark.parametrize("sets", [COVERING, BOOTED], ids=["all", "booted"])
def test_sets_contain_only_answers_to_asked_questions(sets: list[Answers]) -> None:
    for answers in sets:
        assert as_asked(answers) == answers
        assert pairs(answers).isdisjoint(EXCLUSIVE)


def test_booted_sets_omit_only_independent_pairs() -> None:
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
def test_booted_sets_contain_every_choice(key: str) -> None:
    assert {answers[key] for answers in BOOTED if key in answers} == {*CHOICES[key]}


@pytest.mark.parametrize("key", ALIKE)
def test_booted_sets_pair_every_choice_with_one_of_equivalent_choices(key: str) -> None:
    alike = {
        answer for answers in BOOTED if answers[key] in ALIKE[key] for answer in answers.items()
    }
    keys = CHOICES.keys() - {key} - MEETS_ONLY.keys()
    others = {(other, choice) for other in keys for choice in CHOICES[other]}
    assert others <= alike


def test_booted_sets_combine_every_choice_with_both_module_sets() -> None:
    kinds = {(answer, "modules" in CASES[name]) for name in CASES for answer in _technical(name)}
    assert kinds >= {
        ((key, choice), rich)
        for key in CHOICES.keys() - MEETS_ONLY.keys()
        for choice in CHOICES[key]
        for rich in (True, False)
    }


def _technical(name: str) -> set[tuple[str, Any]]:
    return {(key, answer) for key, answer in CASES[name].items() if key in CHOICES}


def test_every_booted_set_has_a_case() -> None:
    assert len(CASES) == len(BOOTED)
    for case, answers in zip(CASES.values(), BOOTED, strict=True):
        assert answers.items() <= case.items()
