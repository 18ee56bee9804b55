"""The cases cover every answer and every variant of the modules."""

from __future__ import annotations

from typing import Any

import pytest

from extensions.questionnaire import load_questions, read_answer

from ..covering import COVERING
from ..support import ROOT
from .cases import CASES, COVERAGE_TARGETS, FEW, MODULES, TEXTS, Case

QUESTIONS = load_questions(ROOT / "copier.yml")


def test_there_are_at_least_60_cases_with_distinct_names() -> None:
    assert len(CASES) >= 60
    assert len({case.name for case in CASES}) == len(CASES)


def test_answers_of_all_cases_are_accepted() -> None:
    for case in CASES:
        for key, answer in case.answers.items():
            assert read_answer(QUESTIONS[key], answer) == answer


def occurs(some: dict[str, Any], cases: list[Case] = CASES) -> bool:
    """Return whether one of the cases has all these answers."""
    return any(some.items() <= case.answers.items() for case in cases)


@pytest.mark.parametrize("cases", [CASES, FEW], ids=["all", "few"])
def test_every_technical_set_and_every_module_variant_occurs(cases: list[Case]) -> None:
    assert all(occurs(technical, cases) for technical in COVERING)
    assert all(occurs({"modules": modules}, cases) for modules in MODULES.values())


def test_every_choice_and_every_text_occurs() -> None:
    assert all(occurs(texts) for texts in TEXTS)
    assert all(occurs({"coverage_target": target}) for target in COVERAGE_TARGETS)
    for question in QUESTIONS.values():
        if len(question.choices) > 1:
            assert all(occurs({question.key: choice}) for choice in question.choices)
