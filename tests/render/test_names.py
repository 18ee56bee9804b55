"""Class names of the service, none of which an entity may take."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from extensions.naming import TAKEN_CLASSES, class_name, plural

from .cases import CASES, MODULES, Case
from .conftest import Render, Service

# Endings that templates add to the class name of an entity.
ENDINGS = ("", "Details", "Input", "Output", "Page")
EVERY_TYPE = [case for case in CASES if case.answers["modules"] == MODULES["types"]]


def _bound(tree: ast.Module) -> Iterator[str]:
    """Yield each name that a file binds at its top level."""
    for node in tree.body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield from (alias.asname or alias.name for alias in node.names)
        elif isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name
        elif isinstance(node, ast.Assign):
            yield from (target.id for target in node.targets if isinstance(target, ast.Name))
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            yield node.target.id


def _beside_an_entity(service: Service) -> set[str]:
    """Return the capitalized names that share a file with the class of an entity."""
    entities = [name for module in service.case.answers["modules"].values() for name in module]
    classes = {class_name(form) for name in entities for form in (name, plural(name))}
    of_entities = {name + ending for name in classes for ending in ENDINGS}
    beside: set[str] = set()
    for path in service.files("*.py"):
        names = set(_bound(ast.parse(service.text(path))))
        beside |= names - of_entities if names & of_entities else set()
    return {name for name in beside if name[0].isupper()}


@pytest.mark.parametrize("case", EVERY_TYPE, ids=lambda case: case.name)
def test_class_names_beside_entities_are_reserved(case: Case, render: Render) -> None:
    beside = _beside_an_entity(render(case))

    assert {"Repository", "Page", "Response"} <= beside
    within_reach = {
        name.removesuffix(ending)
        for name in beside
        for ending in ENDINGS
        if name.endswith(ending) and name != ending
    }
    # A name with an underscore, such as DEFAULT_LIMIT, is no class name.
    assert {name for name in within_reach if "_" not in name} <= TAKEN_CLASSES
