"""Facts and filters are data that templates use: no dead names, no code of the service."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from inspect import getmembers, isfunction
from pathlib import Path

import pytest
from jinja2 import Environment, nodes

from extensions.facts import facts
from extensions.facts.modules import Entity, Field, Module
from extensions.features import load_features
from extensions.filters import TemplateFilters

from ..covering import COVERING, QUESTIONS
from ..render.sources import BODIES, SOURCES
from ..support import ROOT

PARSER = Environment(extensions=["jinja2.ext.do"])
MACRO_FILES = sorted((ROOT / "template/macros").glob("*.jinja"))
QUESTION_FILES = [ROOT / "copier.yml", *sorted((ROOT / "questions").glob("*.yml"))]
DEFAULTS = {key: details["default"] for key, details in QUESTIONS.items() if "when" not in details}
DEFAULTS["project_slug"] = "my-service"
FACTS = sorted(set().union(*(facts({**DEFAULTS, **answers}) for answers in COVERING)))
FILTERS = sorted(TemplateFilters(Environment()).environment.filters.keys() - Environment().filters)
FACT_FILES = sorted((ROOT / "extensions/facts").glob("*.py"))


def _parsed() -> Iterator[nodes.Template]:
    """Yield the syntax trees of all template bodies, macros, names of files, and questions."""
    for body in BODIES.values():
        yield PARSER.parse(body)
    for path in MACRO_FILES:
        yield PARSER.parse(path.read_text(encoding="utf-8"))
    for path in SOURCES:
        name = re.sub(r"\{% yield (\w+) from", r"{% for \1 in", path.as_posix())
        yield PARSER.parse(name.replace("endyield", "endfor"))
    for path in QUESTION_FILES:
        yield PARSER.parse(path.read_text(encoding="utf-8"))


TREES = list(_parsed())


@pytest.mark.parametrize("name", FACTS)
def test_fact_is_used_by_a_template_or_a_feature(name: str) -> None:
    used = {found.name for tree in TREES for found in tree.find_all(nodes.Name)}
    assert name in used | load_features(ROOT / "features.yml").keys()


@pytest.mark.parametrize("name", FILTERS)
def test_filter_is_used_by_a_template_or_a_question(name: str) -> None:
    assert name in {found.name for tree in TREES for found in tree.find_all(nodes.Filter)}


@pytest.mark.parametrize("kind", [Module, Entity, Field], ids=lambda kind: kind.__name__)
def test_properties_of_modules_entities_and_fields_are_used(kind: type) -> None:
    used = {found.attr for tree in TREES for found in tree.find_all(nodes.Getattr)}
    assert {name for name, _ in getmembers(kind) if not name.startswith("_")} <= used


@pytest.mark.parametrize("kind", [Module, Entity, Field], ids=lambda kind: kind.__name__)
def test_modules_entities_and_fields_have_no_methods(kind: type) -> None:
    assert [name for name, _ in getmembers(kind, isfunction) if not name.startswith("_")] == []


def texts_beside_docstrings(source: str) -> Iterator[str]:
    """Yield the string literals of a Python file that are no docstrings, parts of f-strings too."""
    tree = ast.parse(source)
    docstrings = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in docstrings
        ):
            yield node.value


# Marks that code, TOML, shell and Markdown need and data does not: calls and quotes, assignments,
# line breaks, options, code spans. An extra of a requirement is data: "sqlalchemy[asyncio]~=2.1".
CODE = re.compile(r"[(){}\"'`;\n]|\bimport (?!-)|\bsettings\.|(?<![~<>])=|^-+\w|\[[^a-z]|\| ")


@pytest.mark.parametrize("path", FACT_FILES, ids=lambda path: path.name)
def test_facts_hold_no_code_of_the_service(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert [text for text in texts_beside_docstrings(source) if CODE.search(text)] == []


@pytest.mark.parametrize(
    "text",
    [
        "RedisCache(settings)",
        'sa.Column("name")',
        "from a import b",
        "settings.cache_url",
        "scopes: str | None = None",
        "'x'",
        "`APP_SECRET_KEY`",
        "-H Authorization",
        "one\ntwo",
        "{ name }",
        "Decimal | None",
    ],
)
def test_code_is_found_in_a_text(text: str) -> None:
    assert CODE.search(text)


@pytest.mark.parametrize(
    "text",
    [
        "sqlalchemy[asyncio]~=2.1.9",
        "postgresql://postgres@localhost/%s",
        "17 3 * * 0",
        "MySQL or MariaDB",
        "APP_SECRET_KEY",
        "2026-01-31T12:00:00Z",
        "cache-aside",
        "someone@example.com",
    ],
)
def test_data_is_not_taken_for_code(text: str) -> None:
    assert not CODE.search(text)


def test_literals_of_a_file_are_found_without_its_docstrings() -> None:
    source = (
        '"""A docstring."""\nX = {"a": f"b{1}c"}\ndef f():\n    """Another."""\n    return "d"\n'
    )
    assert set(texts_beside_docstrings(source)) == {"a", "b", "c", "d"}
