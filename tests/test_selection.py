"""The daily run and its slices hold every test of the full run, and a slice can be repeated."""

from __future__ import annotations

import datetime as dt
import sys

import pytest

from .progress import PROPERTY, Table
from .selection import SLICES, VARIABLE, Slice, chosen_slice
from .support import ROOT, run

# Few files, so that collecting takes no time; all of them have tests of the full run.
FILES = ("tests/boot/test_contract.py", "tests/render/test_quality.py", "tests/update")


@pytest.mark.parametrize(("unit", "turn"), [("a case", 3), ("a case", 40), ("a test", None)])
def test_each_unit_belongs_to_exactly_one_slice(unit: str, turn: int | None) -> None:
    slices = [Slice(number, SLICES) for number in range(1, SLICES + 1)]

    assert [each.holds(unit, turn) for each in slices].count(True) == 1


def test_consecutive_days_have_consecutive_slices() -> None:
    days = [dt.date(2026, 11, 28) + dt.timedelta(days=number) for number in range(SLICES)]

    assert {Slice.of_day(day).number for day in days} == set(range(1, SLICES + 1))


def test_option_is_preferred_to_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "3/14")

    assert chosen_slice(None) == Slice(3, 14)
    assert chosen_slice("2/5") == Slice(2, 5)


@pytest.mark.parametrize("text", ["", "3", "0/14", "15/14", "3/0", "a/b", "3/14/1"])
def test_malformed_slice_is_refused(text: str) -> None:
    with pytest.raises(pytest.UsageError, match="is not a slice"):
        Slice.parse(text)


def collected(*options: str) -> list[str]:
    """Return what pytest prints of the tests that it would run: a header, then each test."""
    quiet = ("--collect-only", "-p", "no:cacheprovider")
    return run(
        sys.executable, "-m", "pytest", *quiet, *FILES, *options, cwd=ROOT
    ).stdout.splitlines()


def listed(lines: list[str]) -> set[str]:
    """Return the tests that pytest lists, without the tree that they stand in."""
    return {line for line in lines if "::" in line}


def test_daily_runs_together_hold_the_full_run_and_name_their_slice() -> None:
    halves = [collected("-q", "--slice", f"{number}/2") for number in (1, 2)]
    everything = listed(collected("-q", "--all"))

    first, second = map(listed, halves)
    assert first | second == everything
    assert first - second
    assert second - first
    header = "\n".join(collected("--slice", "1/2"))
    assert "daily run with slice 1/2 of the full run; to repeat it: --slice 1/2" in header


def report(outcome: str, when: str = "call") -> pytest.TestReport:
    """Return the report of a test that counts for a combination."""
    return pytest.TestReport(
        nodeid="tests/test_x.py::test_x",
        location=("tests/test_x.py", 1, "test_x"),
        keywords={},
        outcome=outcome,  # type: ignore[arg-type]
        longrepr=None,
        when=when,  # type: ignore[arg-type]
        duration=2,
        user_properties=[(PROPERTY, ["boot", "sqlite-redis", "rich"])],
    )


def test_table_counts_results_of_each_combination() -> None:
    table = Table()
    for each in (report("passed", "setup"), report("passed"), report("failed"), report("skipped")):
        table.add(each)

    lines = table.text("Full run").splitlines()

    assert lines[0] == "# Full run"
    assert lines[-3:] == ["Failed:", "", "* `tests/test_x.py::test_x`"]
    assert "| boot | sqlite-redis | rich | failed | 1 | 1 | 1 | 8 |" in lines
