"""The documentation describes every question and every choice."""

from __future__ import annotations

import re

import pytest

from extensions.questionnaire import FIELD_TYPES, MODIFIERS, Question, load_questions

from ..support import ROOT

QUESTIONS = load_questions(ROOT / "copier.yml")


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS.keys())
def test_question_and_its_choices_are_documented(question: Question) -> None:
    options = (ROOT / "docs/options.md").read_text(encoding="utf-8")
    for word in (question.key, *question.choices):
        assert f"`{word}`" in options


def test_no_unknown_question_is_documented() -> None:
    options = (ROOT / "docs/options.md").read_text(encoding="utf-8")
    first_cells = re.findall(r"^\| (`[^|]+) \|", options, re.MULTILINE)
    keys = re.findall(r"`([a-z_]+)`", "".join(first_cells))
    assert set(keys) | {"modules"} == QUESTIONS.keys()


def test_types_and_modifiers_are_documented() -> None:
    modules = (ROOT / "docs/modules.md").read_text(encoding="utf-8")
    for word in (*FIELD_TYPES, *MODIFIERS):
        assert f"`{word}`" in modules
