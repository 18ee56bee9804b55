"""Sets of technical answers in which choices meet each other in pairs, read from the questions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from itertools import combinations, cycle, product
from random import Random
from typing import Any

import jinja2

from extensions.questionnaire import load_template_config

from .support import ROOT

Answers = dict[str, Any]
Pair = frozenset[tuple[str, Any]]

QUESTIONS: dict[str, Any] = {
    key: details
    for key, details in load_template_config(ROOT / "copier.yml").items()
    if not key.startswith("_")
}
# A question with a free answer that switches something on or off.
OTHER_CHOICES: dict[str, list[Any]] = {"rate_limit": ["100/minute", ""]}
ATTEMPTS = 100

# What the boot tier does without, because each of its sets takes most of a minute; the render tier
# has every pair.
# Questions whose choices need to meet those of these others alone.
MEETS_ONLY = {"auth_provider": {"auth"}}
# Choices that a running service does not differ by, but for a line of text: they take turns.
ALIKE = {"backup": ["daily", "hourly", "weekly"]}

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
    """Whether the question `key` is asked of somebody who gave these answers before it."""
    return "when" not in QUESTIONS[key] or _condition(key).render(answers) == "True"


def as_asked(answers: Mapping[str, Any]) -> Answers:
    """Return `answers` without those that nobody asks for."""
    given: Answers = {}
    for key in CHOICES:
        if key in answers and asked(key, given):
            given[key] = answers[key]
    return given


def pairs(answers: Mapping[str, Any]) -> set[Pair]:
    """Return each two answers that meet here."""
    return set(map(frozenset, combinations(answers.items(), 2)))


def _possible() -> Iterator[tuple[Pair, Answers]]:
    """Yield each two answers that somebody can give together, with what makes both be asked."""
    defaults = {key: choices[0] for key, choices in CHOICES.items()}
    free = {key: choices for key, choices in CHOICES.items() if "when" not in QUESTIONS[key]}
    single = [(key, choice) for key, choices in free.items() for choice in choices]
    # Each of the two may want an enabling answer of its own.
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


def needs_booting(pair: Pair) -> bool:
    """Whether the boot tier must have these two answers in one service."""
    keys = {key for key, _ in pair}
    return all(
        key not in keys or keys - {key} <= others for key, others in MEETS_ONLY.items()
    ) and not any((key, other) in pair for key, (_, *others) in ALIKE.items() for other in others)


def covering(wanted: Mapping[Pair, Answers]) -> list[Answers]:
    """Return few sets of answers that contain every pair that is wanted; always the same ones.

    The first holds the defaults.
    """
    chance = Random(0)
    return min((_attempt(wanted, chance) for _ in range(ATTEMPTS)), key=len)


def _attempt(wanted: Mapping[Pair, Answers], chance: Random) -> list[Answers]:
    rows = [as_asked({key: QUESTIONS[key]["default"] for key in CHOICES})]
    missing = {pair: enough for pair, enough in wanted.items() if pair not in pairs(rows[0])}
    while missing:
        row = as_asked(_completed(next(iter(missing.values())), missing, chance))
        rows.append(row)
        for pair in pairs(row):
            missing.pop(pair, None)
    return rows


def _completed(begun: Answers, missing: Mapping[Pair, Answers], chance: Random) -> Answers:
    """Answer the other questions too, each so that as many missing pairs as possible occur."""
    row = dict(begun)
    for key in chance.sample(list(CHOICES), len(CHOICES)):
        if key in row:
            continue

        def gain(choice: Any, key: str = key) -> int:
            return sum(frozenset([(key, choice), answer]) in missing for answer in row.items())

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


COVERING = covering(POSSIBLE)
BOOTED = _in_turn(covering({pair: POSSIBLE[pair] for pair in POSSIBLE if needs_booting(pair)}))
