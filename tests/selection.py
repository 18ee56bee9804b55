"""Selection of tests: the daily run, the slice of the full run that it adds, and the full run.

A test marked `full` belongs to the full run only. The daily run adds one slice of these tests;
the slices take turns by date, and together they hold all of them.
"""

from __future__ import annotations

import datetime as dt
import os
import re
from typing import NamedTuple, Self
from zlib import crc32

import pytest

VARIABLE = "ANDAMIO_TEST_SLICE"
# Four weeks, after which every test of the full run has had its turn.
SLICES = 28


class Slice(NamedTuple):
    """One of several equal parts of the tests that are marked `full`."""

    number: int
    total: int

    def __str__(self) -> str:
        return f"{self.number}/{self.total}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a slice such as "3/14"."""
        written = re.fullmatch(r"(\d+)/(\d+)", text.strip())
        if written is None or not 1 <= int(written[1]) <= int(written[2]):
            message = f"{text!r} is not a slice: give N/M, such as 3/{SLICES}, with N from 1 to M."
            raise pytest.UsageError(message)
        return cls(int(written[1]), int(written[2]))

    @classmethod
    def of_day(cls, day: dt.date) -> Self:
        """Return the slice whose turn a day is."""
        return cls(day.toordinal() % SLICES + 1, SLICES)

    def holds(self, unit: str, turn: int | None = None) -> bool:
        """Return whether a unit of tests belongs to this slice, by its turn or else its name."""
        return (crc32(unit.encode()) if turn is None else turn) % self.total == self.number - 1


def chosen_slice(option: str | None) -> Slice:
    """Return the slice that the command line or the environment names, or else today's."""
    named = option or os.environ.get(VARIABLE)
    return Slice.parse(named) if named else Slice.of_day(dt.datetime.now(tz=dt.UTC).date())


def unit_of(item: pytest.Item) -> str:
    """Return the name of what stays together: the group that shares a service, or the test."""
    group = item.get_closest_marker("xdist_group")
    return str(group.args[0]) if group else item.nodeid


def is_selected(item: pytest.Item, chosen: Slice) -> bool:
    """Return whether a daily run with this slice runs a test."""
    full = item.get_closest_marker("full")
    if full is None:
        return True
    return chosen.holds(unit_of(item), full.kwargs.get("turn"))
