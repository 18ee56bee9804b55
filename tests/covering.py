"""Sets of technical answers in which every choice meets every other, read from the questions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from itertools import combinations, product
from random import Random
from typing import Any

import jinja2
import yaml

from .support import ROOT

Answers = dict[str, Any]
Pair = frozenset[tuple[str, Any]]

QUESTIONS: dict[str, Any] = {
    key: details
    for key, details in yaml.safe_load((ROOT / "copier.yml").read_text(encoding="utf-8")).items()
    if not key.startswith("_")
}
# A question with a free answer that switches something on or off.
OTHER_CHOICES: dict[str, list[Any]] = {"rate_limit": ["100/minute", ""]}
ATTEMPTS = 100
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


# A provider says who somebody is and what they may do; the rest of a service never meets it.
_MET_BY_PROVIDERS = {"auth", "authorization", "auth_provider"}


def needs_booting(pair: Pair) -> bool:
    """Whether a service with these two answers is to be started, not only rendered."""
    keys = {key for key, _ in pair}
    return "auth_provider" not in keys or keys <= _MET_BY_PROVIDERS


def covering(wanted: Callable[[Pair], bool] = lambda _: True) -> list[Answers]:
    """Return few sets of answers that contain every wanted pair; always the same ones.

    The first holds the defaults.
    """
    chance = Random(0)
    return min((_attempt(chance, wanted) for _ in range(ATTEMPTS)), key=len)


def _attempt(chance: Random, wanted: Callable[[Pair], bool]) -> list[Answers]:
    rows = [as_asked({key: QUESTIONS[key]["default"] for key in CHOICES})]
    met = pairs(rows[0])
    missing = {
        pair: enough for pair, enough in POSSIBLE.items() if wanted(pair) and pair not in met
    }
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


COVERING = covering()
BOOTED = covering(needs_booting)
