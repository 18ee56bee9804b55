"""Seeding with a progress bar in a terminal, and its interruption."""

from __future__ import annotations

import pexpect

from ..support import ENVIRONMENT
from .cases import first
from .running import Service

CASE_NAMES = [
    first(database="postgresql", seed_data=True),
    "defaults",
]
# Enough rows that seeding still runs when the progress bar first appears.
ROWS = 1_000_000


def test_interrupted_seed_shows_progress_and_is_completed_later(elsewhere: Service) -> None:
    elsewhere.app("migrate")
    terminal = pexpect.spawn(
        str(elsewhere.path / ".venv/bin/app"),
        ["seed", "--count", str(ROWS)],
        cwd=elsewhere.path,
        env={**ENVIRONMENT, **elsewhere.variables, "TERM": "xterm"},
        encoding="utf-8",
        timeout=120,
    )
    terminal.delaybeforesend = None
    terminal.expect(r"\[#+-+\]")  # a partly filled bar
    terminal.sendintr()
    terminal.expect("Aborted!")
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus == 1

    lines = elsewhere.app("seed", "--count", "0").splitlines()
    table = lines[0].split(":")[0]
    (stored,) = map(int, elsewhere.select(f"SELECT count(*) FROM {table}"))
    assert 0 < stored < ROWS

    lines = elsewhere.app("seed", "--count", str(stored + 7)).splitlines()
    assert lines[0] == f"{table}: 7 rows added"
    assert [line.split(": ")[1] for line in lines[1:]] == [f"{stored + 7} rows added"] * len(
        lines[1:]
    )
    lines = elsewhere.app("seed", "--count", str(stored + 7)).splitlines()
    assert {line.split(": ")[1] for line in lines} == {"0 rows added"}
