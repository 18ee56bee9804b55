"""What an answer leaves out stands in `_exclude`; Copier says nothing of a pattern in vain."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jinja2
import pytest
import yaml
from pathspec import GitIgnoreSpec

from ..support import ROOT, commit
from .cases import CASES, TECHNICAL
from .conftest import Service, render_anew

CONFIG = yaml.safe_load((ROOT / "copier.yml").read_text(encoding="utf-8"))
CONDITIONAL = [pattern for pattern in CONFIG["_exclude"] if "{%" in pattern]
ENVIRONMENT = jinja2.Environment(
    undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True, autoescape=False
)


def patterns(block: str, answers: Mapping[str, Any]) -> list[str]:
    """Return what a block of `_exclude` leaves out with these answers."""
    return ENVIRONMENT.from_string(block).render(answers).split()


def matched(found: list[str], paths: set[str]) -> set[str]:
    """Return the paths that any of these patterns hits."""
    return set(GitIgnoreSpec.from_lines(found).match_files(paths))


@pytest.fixture(scope="session")
def everything(template: Path, tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The path of every file that would be emitted if no answer left anything out."""
    folder = tmp_path_factory.mktemp("everything")
    whole = shutil.copytree(template, folder / "template", ignore=lambda *_: [".git"])
    kept = [pattern for pattern in CONFIG["_exclude"] if pattern not in CONDITIONAL]
    text = yaml.safe_dump(CONFIG | {"_exclude": kept}, sort_keys=False, allow_unicode=True)
    (whole / "copier.yml").write_text(text, encoding="utf-8")
    commit(whole, "Leave nothing out")
    render_anew(whole, CASES[0], folder / "service")
    service = Service(CASES[0], folder / "service")
    return {service.relative(path) for path in service.files()}


@pytest.mark.parametrize("block", CONDITIONAL, ids=lambda block: block.split("\n")[0])
def test_every_pattern_hits_a_file(block: str, everything: set[str]) -> None:
    found = {pattern for answers in TECHNICAL for pattern in patterns(block, answers)}
    assert found
    for pattern in found:
        assert matched([pattern], everything), pattern
        assert pattern.startswith("/"), "it hits one place, whatever people call a module"
        assert not pattern.endswith("/"), "an empty folder would be left"


@pytest.mark.parametrize("block", CONDITIONAL, ids=lambda block: block.split("\n")[0])
def test_every_block_depends_on_an_answer(block: str) -> None:
    assert {bool(patterns(block, case.answers)) for case in CASES} == {True, False}


def test_what_is_left_out_is_what_the_answers_say(service: Service, everything: set[str]) -> None:
    found = [pattern for block in CONDITIONAL for pattern in patterns(block, service.case.answers)]
    always = [
        pattern
        for block in CONDITIONAL
        for answers in TECHNICAL
        for pattern in patterns(block, answers)
    ]
    optional = matched(always, everything)

    there = {path for path in optional if (service.path / path).is_file()}

    assert there == optional - matched(found, everything)
