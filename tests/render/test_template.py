"""The template's own tree keeps the rules that make it readable."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from jinja2 import Environment

from extensions.questionnaire import load_questions

from ..support import ROOT, git
from .cases import FEW
from .conftest import Render

TEMPLATE = ROOT / "template"
LISTED = git(TEMPLATE, "ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0")
SOURCES = sorted(Path(name) for name in LISTED if (TEMPLATE / name).is_file())
TEMPLATES = [path for path in SOURCES if path.suffix == ".jinja"]
BODIES = {path: (TEMPLATE / path).read_text(encoding="utf-8") for path in TEMPLATES}

ANSWERS_FILE = Path("{{ _copier_conf.answers_file }}.jinja")
LOOP = re.compile(r"\{% yield (\w+) from [\w.]+ %\}\{\{ \1\.\w+ \}\}\{% endyield %\}")
MOST_STATEMENTS = 24
# Git would obey this one in the template's repository if it bore its own name.
NAMED_FOR_ANOTHER_REASON = {Path(".gitignore.jinja")}


def depth(path: Path) -> int:
    """Return how much of a path is the same for every module and entity."""
    return len(LOOP.sub("", path.as_posix()))


def emitted_as(path: Path) -> re.Pattern[str]:
    """Return what the paths of the files that a source becomes look like."""
    literal = LOOP.sub("\0", path.as_posix().removesuffix(".jinja"))
    if path == ANSWERS_FILE:
        literal = ".copier-answers.yml"
    return re.compile(re.escape(literal).replace("\0", "[a-z0-9_]+"))


@pytest.fixture(scope="session")
def emitted(render: Render) -> dict[Path, set[bytes]]:
    """What each source becomes in services that between them have every answer and module."""
    forms = sorted(((emitted_as(path), path) for path in SOURCES), key=lambda each: -depth(each[1]))
    found: dict[Path, set[bytes]] = {path: set() for path in SOURCES}
    for service in map(render, FEW):
        for file in service.files():
            name = service.relative(file)
            source = next(path for form, path in forms if form.fullmatch(name))
            found[source].add(file.read_bytes())
    return found


@pytest.mark.parametrize("path", SOURCES, ids=str)
def test_its_name_is_clean(path: Path) -> None:
    name = LOOP.sub("", path.as_posix())
    assert path == ANSWERS_FILE or not re.search(r"[{}%]", name)


@pytest.mark.parametrize("path", SOURCES, ids=str)
def test_it_is_emitted(path: Path, emitted: dict[Path, set[bytes]]) -> None:
    assert emitted[path]


@pytest.mark.parametrize("path", TEMPLATES, ids=str)
def test_it_is_a_template_for_a_reason(path: Path, emitted: dict[Path, set[bytes]]) -> None:
    if path not in NAMED_FOR_ANOTHER_REASON:
        assert len(emitted[path]) > 1, "it is the same for all answers: drop the suffix"


@pytest.mark.parametrize("path", sorted(NAMED_FOR_ANOTHER_REASON), ids=str)
def test_an_exception_is_needed(path: Path, emitted: dict[Path, set[bytes]]) -> None:
    assert len(emitted[path]) == 1


@pytest.mark.parametrize("path", TEMPLATES, ids=str)
def test_it_has_few_conditions(path: Path) -> None:
    assert BODIES[path].count("{%") <= MOST_STATEMENTS


@pytest.mark.parametrize(
    "path", [path for path in TEMPLATES if {"domain", "application"} & {*path.parts}], ids=str
)
def test_the_inside_knows_no_technical_answer(path: Path) -> None:
    names = {text for _, kind, text in Environment().lex(BODIES[path]) if kind == "name"}
    technical = {
        key
        for key, question in load_questions(ROOT / "copier.yml").items()
        if question.choices or key == "rate_limit"
    }
    assert {"database", "rate_limit"} <= technical
    assert "entity" in names or "module" in names
    assert not names & {"rate_limited", *technical}
    assert not re.search(r"\{%-?\s*(el)?if\b", BODIES[path])
