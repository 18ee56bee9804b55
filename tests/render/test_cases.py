"""The cases to render have every choice, variant of the modules and text."""

from __future__ import annotations

from typing import Any

import pytest

from extensions.questionnaire import load_questions, read_answer

from ..covering import CHOICES, COVERING
from ..support import ROOT
from .cases import CASES, COVERAGE_TARGETS, FEW, MODULES, TEXTS, Case

QUESTIONS = load_questions(ROOT / "copier.yml")


def test_case_names_are_unique() -> None:
    assert len(CASES) >= 60
    assert len({case.name for case in CASES}) == len(CASES)


def test_every_answer_of_a_case_is_accepted() -> None:
    for case in CASES:
        for key, answer in case.answers.items():
            assert read_answer(QUESTIONS[key], answer) == answer


def occurs(some: dict[str, Any], cases: list[Case] = CASES) -> bool:
    """Return whether a case has all these answers."""
    return any(some.items() <= case.answers.items() for case in cases)


@pytest.mark.parametrize("cases", [CASES, FEW], ids=["full", "daily"])
def test_every_technical_set_and_every_variant_occurs(cases: list[Case]) -> None:
    assert all(occurs(technical, cases) for technical in COVERING)
    assert all(occurs({"modules": modules}, cases) for modules in MODULES.values())


@pytest.mark.parametrize("cases", [CASES, FEW], ids=["full", "daily"])
def test_every_choice_and_every_text_occurs(cases: list[Case]) -> None:
    assert all(occurs(texts, cases) for texts in TEXTS)
    assert all(occurs({"coverage_target": target}, cases) for target in COVERAGE_TARGETS)
    for question in QUESTIONS.values():
        if len(question.choices) > 1:
            assert all(occurs({question.key: choice}, cases) for choice in question.choices)


def test_no_combination_occurs_twice() -> None:
    met = [(str(case.answers["modules"]), technical(case)) for case in CASES]
    assert len(set(met)) == len(CASES)


def technical(case: Case) -> str:
    """Return the technical answers of a case as text."""
    return str({key: case.answers[key] for key in CHOICES if key in case.answers})
