"""`features.yml`: which files a service has, by answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

import pytest

from extensions.facts import facts
from extensions.features import Features, left_out, load_features

from ..covering import COVERING, QUESTIONS
from ..support import ROOT
from .conftest import Service
from .sources import SOURCES, emitted_as

FEATURES = load_features(ROOT / "features.yml")
DEFAULTS = {key: details["default"] for key, details in QUESTIONS.items() if "when" not in details}
FORMS = [emitted_as(path) for path in SOURCES]


def rows(features: Features = FEATURES) -> Iterator[tuple[str, list[Any], str]]:
    """Yield each question or fact, its choices in one line of the table, and a path there."""
    for key, by_choice in features.items():
        for choices, paths in by_choice.items():
            for path in paths:
                yield key, choices.split(", ") if isinstance(choices, str) else [choices], path


PATHS = sorted({path for _, _, path in rows()})


def answers_and_facts(answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return a whole set of answers with the facts that follow from it."""
    given = {**DEFAULTS, "project_slug": "my-service", **answers}
    return {**given, **facts(given)}


ALL_SETS = [answers_and_facts(answers) for answers in COVERING]


def is_wanted(path: str, given: Mapping[str, Any]) -> bool:
    """Return whether each question that lists the path, or a folder of it, lists it as answered."""
    parts = {path, *map(str, PurePosixPath(path).parents)}
    allowed: dict[tuple[str, str], list[Any]] = {}
    for key, choices, listed in rows():
        if listed in parts:
            allowed.setdefault((key, listed), []).extend(choices)
    return all(given.get(key) in choices for (key, _), choices in allowed.items())


@pytest.mark.parametrize("path", PATHS)
def test_path_names_an_emitted_file_or_folder(path: str) -> None:
    names = {path, f"{path}.jinja"}
    assert any(
        source.as_posix() in names or source.as_posix().startswith(f"{path}/") for source in SOURCES
    )


@pytest.mark.parametrize("key", FEATURES)
def test_key_is_a_question_or_a_fact(key: str) -> None:
    assert all(key in given for given in ALL_SETS if "when" not in QUESTIONS.get(key, {}))
    assert any(key in given for given in ALL_SETS)


@pytest.mark.parametrize("key", FEATURES)
def test_every_choice_exists_and_can_be_answered(key: str) -> None:
    listed = [choice for row_key, choices, _ in rows() if row_key == key for choice in choices]
    answered = [given[key] for given in ALL_SETS if key in given]

    for choice in listed:
        assert any(type(choice) is type(answer) and choice == answer for answer in answered), choice


def test_no_file_is_listed_twice_under_one_choice() -> None:
    single = [(key, choice, path) for key, choices, path in rows() for choice in choices]
    assert len(single) == len(set(single))


def test_service_has_the_files_of_its_answers_and_no_others(service: Service) -> None:
    given = answers_and_facts(service.case.answers)
    for path in PATHS:
        assert (service.path / path).exists() == is_wanted(path, given), path


def test_service_has_no_empty_folder(service: Service) -> None:
    empty = [path for path in service.path.rglob("*") if path.is_dir() and not any(path.iterdir())]
    assert empty == []


SAMPLE: Features = {
    "cache": {"redis": ["a"], "redis, memory": ["b", "c"]},
    "backup": {"daily": ["c"]},
    "limited": {True: ["d"]},
}


@pytest.mark.parametrize(
    ("answers", "absent"),
    [
        ({"cache": "redis", "backup": "daily", "limited": True}, []),
        ({"cache": "memory", "backup": "daily", "limited": True}, ["a"]),
        ({"cache": "redis", "backup": "none", "limited": True}, ["c"]),
        ({"cache": "none", "backup": "daily", "limited": False}, ["a", "b", "c", "d"]),
        ({}, ["a", "b", "c", "d"]),
    ],
    ids=["everything", "one choice of two", "one question of two", "nothing", "not asked"],
)
def test_path_needs_an_answer_that_lists_it_under_each_question(
    answers: dict[str, Any], absent: list[str]
) -> None:
    assert left_out(SAMPLE, answers) == absent
