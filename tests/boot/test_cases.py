"""The covering set covers."""

from __future__ import annotations

from itertools import combinations, product

import pytest

from .cases import CASES, CHOICES, chosen


@pytest.mark.parametrize(("one", "other"), list(combinations(CHOICES, 2)))
def test_every_choice_meets_every_other(one: str, other: str) -> None:
    seen = {(chosen(answers, one), chosen(answers, other)) for answers in CASES.values()}
    assert seen >= set(product(CHOICES[one], CHOICES[other]))
