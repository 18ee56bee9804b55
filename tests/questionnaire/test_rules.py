"""Accepted answers, and the sentences that refuse the others."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from extensions.facts.dependencies import ALL_REQUIREMENTS, TESTED_ON
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

from ..support import ROOT, run
from .cases import REFUSED, Refused

QUESTIONS = load_questions(ROOT / "copier.yml")


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: f"{case.key}: {case.says[:40]}")
def test_wrong_answer_is_refused_in_one_sentence(case: Refused) -> None:
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
def test_valid_answer_is_read_as_its_type(key: str, answer: Any, value: Any) -> None:
    assert read_answer(QUESTIONS[key], answer) == value


def test_modules_at_the_size_limits_are_accepted() -> None:
    fields = {f"field_{n}": "str optional" for n in range(60)}
    check_modules(
        {f"module_{m}": {f"entity_{m}_x{e}": fields for e in range(4)} for m in range(50)}
    )


def test_every_type_and_soft_keywords_are_accepted_in_modules() -> None:
    fields = {f"a_{kind}": kind for kind in FIELD_TYPES}
    check_modules({"shop": {"match": fields | {"type": "str", "case": "int unique optional"}}})


def test_field_modifiers_are_read_in_any_order() -> None:
    expected = FieldSpec("str", optional=True, unique=True)
    assert read_field("a.b.c", "str optional unique") == expected
    assert read_field("a.b.c", " str  unique optional ") == expected
    assert read_field("a.b.c", "text") == FieldSpec("text", optional=False, unique=False)


@pytest.mark.parametrize(
    "name", ["My Service", "Café", "订单", "3D", "x" * 100, *sorted(RESERVED_SLUGS)]
)
def test_default_slug_is_accepted(name: str) -> None:
    check_project_slug(service_slug(name))
    assert len(service_slug(name)) <= SLUG_LENGTH


def test_reserved_slugs_are_the_packages_that_services_install(tmp_path: Path) -> None:
    requirements = tmp_path / "requirements.in"
    requirements.write_text("\n".join(ALL_REQUIREMENTS), encoding="utf-8")
    options = ("--universal", "--python-version", "3.11", "--no-header", "--no-annotate", "--quiet")
    newest = ("--exclude-newer", f"{TESTED_ON}T23:59:59Z")

    resolved = run("uv", "pip", "compile", *options, *newest, requirements).stdout

    assert set(re.findall(r"^[a-z0-9-]+", resolved, re.MULTILINE)) == RESERVED_SLUGS


@pytest.mark.parametrize("name", ["uvicorn", "h11"], ids=["dependency", "dependency of another"])
def test_uv_resolves_no_project_with_a_reserved_slug(tmp_path: Path, name: str) -> None:
    requirement = next(each for each in ALL_REQUIREMENTS if each.startswith("uvicorn"))
    (tmp_path / "pyproject.toml").write_text(
        f'[project]\nname = "{name}"\nversion = "0.1.0"\nrequires-python = ">=3.11"\n'
        f'dependencies = ["{requirement}"]\n',
        encoding="utf-8",
    )

    outcome = run("uv", "lock", cwd=tmp_path, check=False)

    assert outcome.returncode != 0
    assert "name of the project" in outcome.stderr or "depends on itself" in outcome.stderr


def test_questions_without_choices_have_a_check() -> None:
    free = (each for each in QUESTIONS.values() if not each.choices and each.type != "bool")
    assert {question.key for question in free} == CHECKS.keys()


def test_filter_returns_the_sentence_or_an_empty_text() -> None:
    assert problem("my-service", "project_slug") == ""
    assert "not a slug" in problem("My Service", "project_slug")


def test_unknown_key_is_refused_with_the_closest_question() -> None:
    expected = "There is no question 'databse'; did you mean 'database'?"
    assert unknown_key("databse", QUESTIONS) == expected
    assert "the questions are project_name, " in unknown_key("zzz", QUESTIONS)
