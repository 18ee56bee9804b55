"""The cases are what they claim to be."""

from __future__ import annotations

from itertools import combinations, product
from typing import Any

import pytest

from extensions.questionnaire import load_questions, read_answer

from ..support import ROOT
from .cases import CASES, COVERAGE_TARGETS, COVERING, MODULES, TECHNICAL, TEXTS, Case

QUESTIONS = load_questions(ROOT / "copier.yml")
VARIED = ("database", "backup", "cache", "metrics", "rate_limit", "coverage_target")


def test_there_are_enough() -> None:
    assert len(CASES) >= 60
    assert len({case.name for case in CASES}) == len(CASES)


def test_every_answer_is_accepted() -> None:
    for case in CASES:
        for key, answer in case.answers.items():
            assert read_answer(QUESTIONS[key], answer) == answer


@pytest.mark.parametrize(("one", "other"), list(combinations(VARIED, 2)))
def test_every_answer_meets_every_other(one: str, other: str) -> None:
    choices = {key: {case.answers[key] for case in CASES} for key in VARIED}
    seen = {(case.answers[one], case.answers[other]) for case in CASES}
    assert seen == set(product(choices[one], choices[other]))


@pytest.mark.parametrize("key", ["database", "cache", "metrics", "rate_limit"])
def test_every_variant_of_the_modules_meets_every_answer(key: str) -> None:
    for modules in MODULES.values():
        seen = {case.answers[key] for case in CASES if case.answers["modules"] == modules}
        assert seen == {technical[key] for technical in TECHNICAL}


def occurs(some: dict[str, Any], cases: list[Case] = CASES) -> bool:
    """Return whether one of the cases has all these answers."""
    return any(some.items() <= case.answers.items() for case in cases)


@pytest.mark.parametrize("cases", [CASES, COVERING], ids=["all", "covering"])
def test_every_set_of_technical_answers_and_every_variant_occur(cases: list[Case]) -> None:
    assert all(occurs(technical, cases) for technical in TECHNICAL)
    assert all(occurs({"modules": modules}, cases) for modules in MODULES.values())


def test_every_choice_and_every_text_occurs() -> None:
    assert all(occurs(texts) for texts in TEXTS)
    assert all(occurs({"coverage_target": target}) for target in COVERAGE_TARGETS)
    for question in QUESTIONS.values():
        if len(question.choices) > 1:
            assert all(occurs({question.key: choice}) for choice in question.choices)
