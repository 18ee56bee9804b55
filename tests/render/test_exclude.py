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

from ..covering import COVERING, QUESTIONS
from ..support import ROOT, commit
from .cases import CASES
from .conftest import Service, render_anew

CONFIG = yaml.safe_load((ROOT / "copier.yml").read_text(encoding="utf-8"))
DEFAULTS = {key: details["default"] for key, details in QUESTIONS.items()}
CONDITIONAL = [pattern for pattern in CONFIG["_exclude"] if "{%" in pattern]
ENVIRONMENT = jinja2.Environment(
    undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True, autoescape=False
)


def patterns(block: str, answers: Mapping[str, Any], operation: str = "copy") -> list[str]:
    """Return what a block of `_exclude` leaves out with these answers."""
    folder = {"dst_path": "/tmp/copier.old_copy.1" if operation == "update" else "/tmp/service"}
    context = {**DEFAULTS, **answers, "_copier_operation": operation, "_copier_conf": folder}
    return ENVIRONMENT.from_string(block).render(context).split()


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
def test_every_block_acts_sometimes_and_every_pattern_hits(
    block: str, everything: set[str]
) -> None:
    ways = [(case.answers, operation) for case in CASES for operation in ("copy", "update")]
    found = [patterns(block, *way) for way in ways]

    assert [] in found
    assert any(found)
    for pattern in {pattern for some in found for pattern in some}:
        assert matched([pattern], everything), pattern
        assert pattern.startswith("/"), "it could hit a folder named by the team"
        assert not pattern.endswith("/"), "an empty folder would be left"


# What services of the first release have answered; an update reads the blocks with these alone.
FIRST_ANSWERS = {
    "database": "sqlite",
    "cache": "memory",
    "auth": "jwt",
    "authorization": "rbac",
    "rate_limit": "100/minute",
    "coverage_target": 90,
    "metrics": "prometheus",
}


@pytest.mark.parametrize("block", CONDITIONAL, ids=lambda block: block.split("\n")[0])
def test_a_question_of_a_later_release_has_a_default_there(block: str) -> None:
    folder = {"dst_path": "/tmp/copier.old_copy.1"}
    given = {**FIRST_ANSWERS, "_copier_operation": "update", "_copier_conf": folder}
    asked_later = {key: DEFAULTS[key] for key in DEFAULTS.keys() - FIRST_ANSWERS.keys()}

    template = ENVIRONMENT.from_string(block)

    assert template.render(given) == template.render(given | asked_later)


def test_a_pattern_in_vain_is_seen(everything: set[str]) -> None:
    assert matched(["/app/main.py"], everything) == {"app/main.py"}
    assert matched(["/main.py", "/app/main", "/app/main.py.jinja"], everything) == set()


def test_what_is_left_out_is_what_the_answers_say(service: Service, everything: set[str]) -> None:
    def left_out(answers: Mapping[str, Any]) -> set[str]:
        found = [pattern for block in CONDITIONAL for pattern in patterns(block, answers)]
        return matched(found, everything)

    optional = set().union(*map(left_out, COVERING))
    there = {path for path in optional if (service.path / path).is_file()}

    assert there == optional - left_out(service.case.answers)
