"""Which answers are accepted, and what is said of the others."""

from __future__ import annotations

from typing import Any

import pytest

from extensions.facts.dependencies import ALL_REQUIREMENTS
from extensions.naming import SLUG_LENGTH
from extensions.questionnaire import (
    CHECKS,
    FIELD_TYPES,
    RESERVED_SLUGS,
    FieldSpec,
    RefusalError,
    check_modules,
    check_project_slug,
    load_questions,
    problem,
    read_answer,
    read_field,
    service_slug,
    unknown_key,
)

from ..support import ROOT
from .cases import REFUSED, Refused

QUESTIONS = load_questions(ROOT / "copier.yml")


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: f"{case.key}: {case.says[:40]}")
def test_a_wrong_answer_is_refused_in_one_sentence(case: Refused) -> None:
    with pytest.raises(RefusalError) as refusal:
        read_answer(QUESTIONS[case.key], case.answer)

    sentence = str(refusal.value)
    assert case.says in sentence
    assert "\n" not in sentence
    assert sentence.endswith((".", "?"))
    assert ". " not in sentence


@pytest.mark.parametrize(
    ("key", "answer", "value"),
    [
        ("project_name", "Café 24 (l'été) 订单", "Café 24 (l'été) 订单"),
        ("project_name", 2024, "2024"),
        ("project_slug", "a", "a"),
        ("project_slug", "b2b-orders-2", "b2b-orders-2"),
        ("description", "", ""),
        ("author_email", "", ""),
        ("author_email", "o'neil+x@mail.example.org", "o'neil+x@mail.example.org"),
        ("rate_limit", "", ""),
        ("rate_limit", "1000000/day", "1000000/day"),
        ("coverage_target", "0", 0),
        ("coverage_target", 95, 95),
        ("backup", "hourly", "hourly"),
        ("backup_retention_days", "1", 1),
        ("backup_retention_days", 3650, 3650),
        ("cache", "none", "none"),
        ("modules", "{a: {b: {c: str}}}", {"a": {"b": {"c": "str"}}}),
        ("modules", '{a: {b: {"on": bool}}}', {"a": {"b": {"on": "bool"}}}),
    ],
)
def test_a_right_answer_is_read_as_its_type(key: str, answer: Any, value: Any) -> None:
    assert read_answer(QUESTIONS[key], answer) == value


def test_modules_may_be_as_large_as_the_limits() -> None:
    fields = {f"field_{n}": "str optional" for n in range(60)}
    check_modules(
        {f"module_{m}": {f"entity_{m}_x{e}": fields for e in range(4)} for m in range(50)}
    )


def test_modules_may_use_every_type_and_soft_keywords() -> None:
    fields = {f"a_{kind}": kind for kind in FIELD_TYPES}
    check_modules({"shop": {"match": fields | {"type": "str", "case": "int unique optional"}}})


def test_a_field_is_read_with_its_modifiers_in_any_order() -> None:
    expected = FieldSpec("str", optional=True, unique=True)
    assert read_field("a.b.c", "str optional unique") == expected
    assert read_field("a.b.c", " str  unique optional ") == expected
    assert read_field("a.b.c", "text") == FieldSpec("text", optional=False, unique=False)


@pytest.mark.parametrize(
    "name", ["My Service", "Café", "订单", "3D", "x" * 100, *sorted(RESERVED_SLUGS)]
)
def test_the_proposed_slug_is_always_accepted(name: str) -> None:
    check_project_slug(service_slug(name))
    assert len(service_slug(name)) <= SLUG_LENGTH


def test_no_slug_is_the_name_of_a_dependency() -> None:
    assert {one.split("~=")[0].split("[")[0] for one in ALL_REQUIREMENTS} <= RESERVED_SLUGS


def test_every_free_answer_has_a_check_and_every_check_a_question() -> None:
    free = (each for each in QUESTIONS.values() if not each.choices and each.type != "bool")
    assert {question.key for question in free} == CHECKS.keys()


def test_the_filter_gives_the_sentence_or_nothing() -> None:
    assert problem("my-service", "project_slug") == ""
    assert "not a slug" in problem("My Service", "project_slug")


def test_an_unknown_key_is_answered_with_the_closest() -> None:
    expected = "There is no question 'databse'; did you mean 'database'?"
    assert unknown_key("databse", QUESTIONS) == expected
    assert "the questions are project_name, " in unknown_key("zzz", QUESTIONS)
