"""Judgement of answers: the type, the choices and the rules of a question."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from .casts import cast
from .loading import Question
from .modules import check_modules
from .refusals import RefusalError, advice, alternatives
from .texts import (
    check_author_email,
    check_author_name,
    check_backup_retention_days,
    check_coverage_target,
    check_description,
    check_project_name,
    check_project_slug,
    check_rate_limit,
)

CHECKS: dict[str, Callable[[Any], None]] = {
    "project_name": check_project_name,
    "project_slug": check_project_slug,
    "description": check_description,
    "author_name": check_author_name,
    "author_email": check_author_email,
    "modules": check_modules,
    "backup_retention_days": check_backup_retention_days,
    "rate_limit": check_rate_limit,
    "coverage_target": check_coverage_target,
}


def read_answer(question: Question, raw: object) -> Any:
    """Return a scripted or recorded answer as its type.

    Raises:
        RefusalError: it is not of the question's type, none of its choices, or breaks its rules.
    """
    value = cast(question.type, raw)
    if question.choices and value not in question.choices:
        choices = [str(choice) for choice in question.choices]
        raise RefusalError(f"{value!r} is not a choice; choose {alternatives(choices)}.")
    if check := CHECKS.get(question.key):
        check(value)
    return value


def problem(value: object, key: str) -> str:
    """Return the sentence that refuses `value` as the answer to `key`, or "" if it is accepted."""
    try:
        CHECKS[key](value)
    except RefusalError as refusal:
        return str(refusal)
    return ""


def unknown_key(key: str, questions: Iterable[str]) -> str:
    """Return the sentence that refuses an answer to a question that does not exist."""
    known = list(questions)
    end = advice(key, known, f"the questions are {', '.join(known)}")
    return f"There is no question {key!r}; {end}"
