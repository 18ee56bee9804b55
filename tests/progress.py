"""Reports of a full run: a line of progress, and a table of the combinations with their results."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import pytest

SECONDS_BETWEEN_LINES = 20
PROPERTY = "combination"


@dataclass(slots=True)
class Row:
    """Results of one combination of answers."""

    outcomes: Counter[str] = field(default_factory=Counter)
    seconds: float = 0
    failed: list[str] = field(default_factory=list)

    @property
    def result(self) -> str:
        """The worst outcome, in one word."""
        return next((name for name in ("failed", "passed") if self.outcomes[name]), "skipped")


class Table:
    """Combinations of answers with their results, as Markdown."""

    def __init__(self) -> None:
        self._rows: dict[tuple[str, str, str], Row] = {}

    def add(self, report: pytest.TestReport) -> None:
        """Count the report of a test that names its combination."""
        found = [value for name, value in report.user_properties if name == PROPERTY]
        if not found:
            return
        tier, name, answers = map(str, found[0])  # type: ignore[call-overload]
        row = self._rows.setdefault((tier, name, answers), Row())
        row.seconds += report.duration
        if report.when == "call" or report.outcome != "passed":
            row.outcomes[report.outcome] += 1
        if report.failed:
            row.failed.append(report.nodeid)

    def text(self, title: str) -> str:
        """Return the table; failed tests are listed below it."""
        head = "| tier | combination | answers | result | passed | failed | skipped | seconds |"
        lines = [f"# {title}", "", head, "| --- " * 8 + "|"]
        for (tier, name, answers), row in sorted(self._rows.items()):
            counts = [row.outcomes[each] for each in ("passed", "failed", "skipped")]
            cells = [tier, name, answers, row.result, *map(str, counts), f"{row.seconds:.0f}"]
            lines.append("| " + " | ".join(cell.replace("|", r"\|") for cell in cells) + " |")
        failed = [f"* `{nodeid}`" for row in self._rows.values() for nodeid in row.failed]
        return "\n".join([*lines, *(["", "Failed:", "", *failed] if failed else []), ""])


class Reporter:
    """Plugin that prints the progress and writes the table at the end."""

    def __init__(self, config: pytest.Config, title: str, path: Path | None) -> None:
        self._config = config
        self._title = title
        self._path = path
        self._table = Table()
        self._done = 0
        self._failed = 0
        self._started = self._told = time.monotonic()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count a report; once in a while, print how far the run is."""
        self._table.add(report)
        self._failed += report.failed
        self._done += report.when == "teardown"
        now = time.monotonic()
        if self._path and now - self._told >= SECONDS_BETWEEN_LINES:
            self._told = now
            terminal = self._config.pluginmanager.get_plugin("terminalreporter")
            session = self._config.pluginmanager.get_plugin("session")
            if terminal is not None:
                terminal.ensure_newline()
                terminal.write_line(self.line(getattr(session, "testscollected", 0)))

    def line(self, total: int) -> str:
        """Return the progress in one line."""
        seconds = time.monotonic() - self._started
        said = f"{self._done} of {total} tests, {self._failed} failed, {seconds / 60:.1f} min"
        if 0 < self._done < total:
            left = seconds / self._done * (total - self._done)
            said += f", about {left / 60:.0f} min left"
        return said

    def pytest_sessionfinish(self) -> None:
        """Write the table."""
        if self._path:
            self._path.write_text(self._table.text(self._title), encoding="utf-8")

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Name the file."""
        if self._path:
            terminalreporter.write_line(f"table of combinations: {self._path}")
