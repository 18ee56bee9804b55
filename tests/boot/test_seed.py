"""Made-up rows by the thousand, watched and interrupted by somebody at a terminal."""

from __future__ import annotations

import pexpect

from ..support import ENVIRONMENT
from .cases import first
from .running import Service

CASE_NAMES = [
    first(database="postgresql", seed_data=True),
    "defaults",
]
# So many that it takes long after the first sign of progress until there is nothing to interrupt.
ROWS = 1_000_000


def test_progress_is_shown_and_what_an_interruption_left_is_filled_up(elsewhere: Service) -> None:
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
    terminal.expect(r"\[#+-+\]")  # part of the bar is full, part is not
    terminal.sendintr()
    terminal.expect("Aborted!")
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus == 1

    told = elsewhere.app("seed", "--count", "0").splitlines()
    table = told[0].split(":")[0]
    (kept,) = map(int, elsewhere.select(f"SELECT count(*) FROM {table}"))
    assert 0 < kept < ROWS

    told = elsewhere.app("seed", "--count", str(kept + 7)).splitlines()
    assert told[0] == f"{table}: 7 rows added"
    assert [line.split(": ")[1] for line in told[1:]] == [f"{kept + 7} rows added"] * len(told[1:])
    told = elsewhere.app("seed", "--count", str(kept + 7)).splitlines()
    assert {line.split(": ")[1] for line in told} == {"0 rows added"}
