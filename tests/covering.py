"""Covering sets of technical answers, read from the questions: every choice, and every pair."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import combinations, cycle, product
from random import Random
from typing import Any

import jinja2

from extensions.questionnaire import load_template_config

from .support import ROOT

Answers = dict[str, Any]
# One answer, or two that are given together.
Combination = frozenset[tuple[str, Any]]

QUESTIONS: dict[str, Any] = {
    key: details
    for key, details in load_template_config(ROOT / "copier.yml").items()
    if not key.startswith("_")
}
# A question with a free answer that switches something on or off.
OTHER_CHOICES: dict[str, list[Any]] = {"rate_limit": ["100/minute", ""]}
ATTEMPTS = 100

# Pairs that no service is booted for; the render tier has every pair.
# Questions whose choices need to meet the choices of these other questions only.
MEETS_ONLY = {"auth_provider": {"auth"}}
# Choices that change one line of text in a running service: they take turns.
ALIKE = {"backup": ["daily", "hourly", "weekly"]}

# Pairs that tests of running services ask for; the services of the daily run have them all.
TOGETHER: list[Answers] = [
    {"auth": "jwt", "database": "mysql"},
    {"auth": "session", "database": "postgresql"},
    {"auth": "api_key", "database": "sqlite"},
    {"auth": "oauth2", "authorization": "rbac"},
    {"cache": "redis", "rate_limit": "100/minute"},
    {"cache": "redis", "cache_strategy": "write-through"},
    {"cache": "memcached", "cache_strategy": "read-through"},
    {"database": "postgresql", "test_database": "same"},
    {"database": "postgresql", "test_database": "sqlite"},
    {"database": "postgresql", "seed_data": True},
    {"database": "mysql", "test_database": "same"},
    {"database": "sqlite", "backup": "daily"},
    {"database": "postgresql", "backup": "hourly"},
    {"database": "mysql", "backup": "weekly"},
]

_ENVIRONMENT = jinja2.Environment(undefined=jinja2.StrictUndefined, autoescape=False)


def _choices(key: str, details: Mapping[str, Any]) -> list[Any]:
    if details["type"] == "bool":
        return [True, False]
    return OTHER_CHOICES.get(key, list(details.get("choices", {}).values()))


CHOICES = {
    key: choices for key, details in QUESTIONS.items() if len(choices := _choices(key, details)) > 1
}


@cache
def _condition(key: str) -> jinja2.Template:
    return _ENVIRONMENT.from_string(str(QUESTIONS[key].get("when", "true")))


def asked(key: str, answers: Mapping[str, Any]) -> bool:
    """Return whether the question `key` is asked after these answers."""
    return "when" not in QUESTIONS[key] or _condition(key).render(answers) == "True"


def as_asked(answers: Mapping[str, Any]) -> Answers:
    """Return `answers` without those to questions that are not asked."""
    given: Answers = {}
    for key in CHOICES:
        if key in answers and asked(key, given):
            given[key] = answers[key]
    return given


def pairs(answers: Mapping[str, Any]) -> set[Combination]:
    """Return each two answers of a set."""
    return set(map(frozenset, combinations(answers.items(), 2)))


def _met(answers: Mapping[str, Any]) -> set[Combination]:
    """Return each answer and each two answers of a set."""
    return pairs(answers) | {frozenset([answer]) for answer in answers.items()}


def _possible() -> Iterator[tuple[Combination, Answers]]:
    """Yield each two answers that can be given together, with answers that make both asked."""
    defaults = {key: choices[0] for key, choices in CHOICES.items()}
    free = {key: choices for key, choices in CHOICES.items() if "when" not in QUESTIONS[key]}
    single = [(key, choice) for key, choices in free.items() for choice in choices]
    # Each of the two may need an enabling answer of its own.
    enablers = [*((each,) for each in single), *combinations(single, 2)]
    for one, other in combinations(CHOICES, 2):
        for first, second in product(CHOICES[one], CHOICES[other]):
            wanted = {one: first, other: second}
            for enabling in enablers:
                enough = dict(enabling) | wanted
                if wanted.items() <= as_asked(defaults | enough).items():
                    yield frozenset(wanted.items()), enough
                    break


POSSIBLE = dict(_possible())


def needs_booting(pair: Combination) -> bool:
    """Return whether a running service must have these two answers."""
    keys = {key for key, _ in pair}
    return all(
        key not in keys or keys - {key} <= others for key, others in MEETS_ONLY.items()
    ) and not any((key, other) in pair for key, (_, *others) in ALIKE.items() for other in others)


def covering(wanted: Mapping[Combination, Answers], begun: Sequence[Answers] = ()) -> list[Answers]:
    """Return few sets of answers that contain every wanted combination; always the same sets.

    They begin with the sets in `begun`, or else with the defaults.
    """
    chance = Random(0)
    return min((_attempt(wanted, begun, chance) for _ in range(ATTEMPTS)), key=len)


def _attempt(
    wanted: Mapping[Combination, Answers], begun: Sequence[Answers], chance: Random
) -> list[Answers]:
    rows = list(begun) or [as_asked({key: QUESTIONS[key]["default"] for key in CHOICES})]
    met = set().union(*map(_met, rows))
    missing = {each: enough for each, enough in wanted.items() if each not in met}
    while missing:
        row = as_asked(_completed(next(iter(missing.values())), missing, chance))
        rows.append(row)
        for each in _met(row):
            missing.pop(each, None)
    return rows


def _completed(begun: Answers, missing: Mapping[Combination, Answers], chance: Random) -> Answers:
    """Answer the other questions too, each with the choice that most missing combinations have."""
    row = dict(begun)
    for key in chance.sample(list(CHOICES), len(CHOICES)):
        if key in row:
            continue

        def gain(choice: Any, key: str = key) -> int:
            answer = (key, choice)
            alone = frozenset([answer]) in missing
            return alone + sum(frozenset([answer, other]) in missing for other in row.items())

        row[key] = max(chance.sample(CHOICES[key], len(CHOICES[key])), key=gain)
    return row


def _in_turn(sets: list[Answers]) -> list[Answers]:
    """Give each of the choices that are alike to some of the sets that have one of them."""
    for key, choices in ALIKE.items():
        turns = cycle(choices)
        for answers in sets:
            if answers.get(key) in choices:
                answers[key] = next(turns)
    return sets


def _each_once() -> dict[Combination, Answers]:
    """Return every choice, and the pairs that tests ask for, with answers that make them asked."""
    choices: dict[Combination, Answers] = {}
    for pair, enough in POSSIBLE.items():
        for answer in pair:
            choices.setdefault(frozenset([answer]), enough)
    asked_for = [frozenset(answers.items()) for answers in TOGETHER]
    return {pair: POSSIBLE[pair] for pair in asked_for} | choices


COVERING = covering(POSSIBLE)
# Every choice once: the daily run.
BOOTED_DAILY = covering(_each_once())
_PAIRS = covering(
    {pair: enough for pair, enough in POSSIBLE.items() if needs_booting(pair)}, BOOTED_DAILY
)
# Every pair that makes a difference: the full run, which begins with the services of the daily run.
BOOTED = [*BOOTED_DAILY, *_in_turn(_PAIRS[len(BOOTED_DAILY) :])]
