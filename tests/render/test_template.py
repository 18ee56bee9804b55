"""The template tree: clean names, few conditions, none of them where business rules are."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from jinja2 import Environment

from extensions.questionnaire import load_questions

from ..support import ROOT
from .cases import FEW
from .conftest import Render
from .sources import ANSWERS_FILE, BODIES, LOOP, SOURCES, TEMPLATES, emitted_as

# Git would obey this file in the template's repository if it had its own name.
SUFFIX_FOR_ANOTHER_REASON = {Path(".gitignore.jinja")}

# Bodies that name capabilities, not choices, and so have few conditions.
COMPOSITION = ("app/main.py.jinja", "app/settings.py.jinja", "app/middleware.py.jinja")
MOST_STATEMENTS = 8
# Elsewhere a share of the lines. A file of less than 50 lines may have the same number as the
# bodies above, which is four blocks: a share of so few lines would forbid a single choice of three.
MOST_PER_LINE = 0.16

# Folders whose files no technical answer changes.
INNER_FOLDERS = {"domain", "application", "kernel"}
TECHNICAL = {
    key
    for key, question in load_questions(ROOT / "copier.yml").items()
    if question.choices or question.type == "bool" or key == "rate_limit"
}
TECHNICAL_FACTS = {"capabilities", "login_limited", "rate_limited", "with_passwords"}


def statements(body: str) -> int:
    """Count the statements of a template: each `{% %}`, and each `if` beside the first word."""
    count, opened = 0, False
    for _, kind, text in Environment().lex(body):
        if kind in {"block_begin", "raw_begin"}:
            count, opened = count + 1, True
        elif kind == "name":
            count += text == "if" and not opened
            opened = False
        elif kind == "variable_begin":
            opened = False
    return count


def limit(path: Path, body: str) -> float:
    """Return how many statements a template may have."""
    if path.as_posix() in COMPOSITION or "wiring" in path.as_posix():
        return MOST_STATEMENTS
    return max(MOST_STATEMENTS, MOST_PER_LINE * len(body.splitlines()))


def length_without_loops(path: Path) -> int:
    return len(LOOP.sub("", path.as_posix()))


@pytest.fixture(scope="session")
def emitted(render: Render) -> dict[Path, set[bytes]]:
    """The contents of each source in services that between them have every answer and module."""
    sources = sorted(SOURCES, key=length_without_loops, reverse=True)
    forms = [(emitted_as(path), path) for path in sources]
    found: dict[Path, set[bytes]] = {path: set() for path in SOURCES}
    for service in map(render, FEW):
        for file in service.files():
            name = service.relative(file)
            source = next(path for form, path in forms if form.fullmatch(name))
            found[source].add(file.read_bytes())
    return found


@pytest.mark.parametrize("path", SOURCES, ids=str)
def test_name_has_no_jinja_but_loops(path: Path) -> None:
    name = LOOP.sub("", path.as_posix())
    assert path == ANSWERS_FILE or not re.search(r"[{}%]", name)


@pytest.mark.parametrize("path", SOURCES, ids=str)
def test_source_is_emitted_for_some_answers(path: Path, emitted: dict[Path, set[bytes]]) -> None:
    assert emitted[path]


@pytest.mark.parametrize("path", TEMPLATES, ids=str)
def test_rendered_text_of_a_template_varies(path: Path, emitted: dict[Path, set[bytes]]) -> None:
    if path not in SUFFIX_FOR_ANOTHER_REASON:
        assert len(emitted[path]) > 1, "it is the same for all answers: drop the suffix"


@pytest.mark.parametrize("path", sorted(SUFFIX_FOR_ANOTHER_REASON), ids=str)
def test_exception_from_the_suffix_rule_does_not_vary(
    path: Path, emitted: dict[Path, set[bytes]]
) -> None:
    assert len(emitted[path]) == 1


@pytest.mark.parametrize("path", TEMPLATES, ids=str)
def test_template_has_few_statements(path: Path) -> None:
    assert statements(BODIES[path]) <= limit(path, BODIES[path])


@pytest.mark.parametrize("name", COMPOSITION)
def test_composition_body_exists(name: str) -> None:
    assert Path(name) in BODIES or Path(name.removesuffix(".jinja")) in SOURCES


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("plain {{ name }}, if any", 0),
        ("{% if a %}x{% endif %}", 2),
        ("{%- for a in b %}{{ a }}{% endfor -%}", 2),
        ("{{ 'x' if a else 'y' }}{{ 'z' if b }}", 2),
        ("{% for a in b if a %}{% endfor %}", 3),
        ("{# {% if a %} #}{% raw %}{% if %}{% endraw %}", 1),
    ],
)
def test_statements_are_counted_with_inline_conditions(body: str, expected: int) -> None:
    assert statements(body) == expected


def test_kernel_has_no_template() -> None:
    assert [path for path in TEMPLATES if "kernel" in path.parts] == []


@pytest.mark.parametrize(
    "path", [path for path in TEMPLATES if INNER_FOLDERS & {*path.parts}], ids=str
)
def test_inner_layer_knows_no_technical_answer(path: Path) -> None:
    tokens = list(Environment().lex(BODIES[path]))
    names = {text for _, kind, text in tokens if kind == "name"}

    assert {"database", "seed_data", "rate_limit"} <= TECHNICAL
    assert "entity" in names or "module" in names
    assert not names & {"if", "elif", *TECHNICAL_FACTS, *TECHNICAL}
