"""New and removed modules and entities: only what is theirs changes, and the data stays."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ..support import commit
from .conftest import Answers
from .services import (
    ANSWERS_FILE,
    Tools,
    assert_no_conflict,
    changes,
    contents,
    edit_as_a_team,
    modules_of,
    update,
)

Modules = dict[str, dict[str, dict[str, str]]]

CATALOG: Modules = {
    "catalog": {
        "product": {"name": "str", "price": "decimal", "in_stock": "bool"},
        "box": {"label": "str"},
    }
}
CRM: Modules = {"crm": {"person": {"name": "str", "born": "date optional"}, "visit": {"at": "datetime"}}}
SHELF = {"code": "str unique"}
WITH_SHELF = {
    "at the end": {"catalog": {**CATALOG["catalog"], "shelf": SHELF}},
    "in the middle": {
        "catalog": {
            "product": CATALOG["catalog"]["product"],
            "shelf": SHELF,
            "box": CATALOG["catalog"]["box"],
        }
    },
}

# The files that name every module; they change with a new one.
LISTS_OF_MODULES = {ANSWERS_FILE, "app/main.py", "pyproject.toml", "README.md", "docs/architecture.md"}
# The files that name every entity of a module.
LISTS_OF_ENTITIES = {ANSWERS_FILE, "app/modules/catalog/wiring.py"}


def assert_equals(service: Path, fresh: Path, edits: Callable[[Path], None], tmp: Path) -> None:
    """Assert that a service is a fresh copy with the team's edits, and nothing else."""


@pytest.mark.parametrize("modules", [CATALOG | CRM, CRM | CATALOG], ids=["last", "first"])
def test_a_new_module_changes_only_the_lists_that_name_it(
    edited: Callable[..., Path], modules: Modules
) -> None:
    service = edited({"modules": CATALOG})

    update(service, {"modules": modules})

    assert_no_conflict(service)
    changed = changes(service)
    assert changed["M"] == LISTS_OF_MODULES
    assert changed["D"] == set()
    assert {name for name in changed["A"] if "crm" not in Path(name).parts} == set()
    assert contents(service) == contents(edited({"modules": modules}))
