"""Made-up rows by the thousand, watched and interrupted by somebody at a terminal."""

from __future__ import annotations

import re

import pexpect

from ..support import ENVIRONMENT
from .cases import first
from .running import Service

CASE_NAMES = [
    first(database="postgresql", seed_data=True),
    "defaults",
]
ROWS = 40_000


def test_progress_is_shown_and_what_an_interruption_left_is_filled_up(service: Service) -> None:
    service.app("migrate")
    terminal = pexpect.spawn(
        str(service.path / ".venv/bin/app"),
        ["seed", "--count", str(ROWS)],
        cwd=service.path,
        env={**ENVIRONMENT, **service.variables, "TERM": "xterm"},
        encoding="utf-8",
        timeout=120,
    )
    terminal.expect(r"\[#+-+\]")  # part of the bar is full, part is not
    terminal.sendintr()
    terminal.expect("Aborted!")
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus == 1

    told = service.app("seed", "--count", str(ROWS))
    added = [int(number) for number in re.findall(r": (\d+) rows added", told)]
    assert 0 < added[0] < ROWS
    assert added[1:] == [ROWS] * (len(added) - 1)
    assert set(re.findall(r": (\d+) rows", service.app("seed", "--count", str(ROWS)))) == {"0"}
