"""New and removed modules and entities: few files change, and no data is lost."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ..support import commit
from .services import (
    ANSWERS_FILE,
    Tools,
    assert_no_conflict,
    changes,
    contents,
    insert,
    migrations_of,
    update,
)

Modules = dict[str, dict[str, dict[str, str]]]

PRODUCT = {"name": "str", "price": "decimal", "in_stock": "bool"}
BOX = {"label": "str"}
SHELF = {"code": "str unique", "depth": "int optional"}
DEFAULT: Modules = {"catalog": {"product": PRODUCT}}
CATALOG: Modules = {"catalog": {"product": PRODUCT, "box": BOX}}
CRM: Modules = {
    "crm": {"person": {"name": "str", "born": "date optional"}, "visit": {"at": "datetime"}}
}

SEED = ("app", "seed", "--count", "3")

NAME_THE_MODULES = {
    ANSWERS_FILE,
    "README.md",
    "app/modules/__init__.py",
    "docs/architecture.md",
    "pyproject.toml",
}
SHOW_THE_FIRST_ENTITY = {
    "tests/architecture/test_imports.py",
    "tests/integration/test_ownership.py",
}
NAME_THE_ENTITIES = {ANSWERS_FILE, "app/modules/catalog/wiring.py", "docs/architecture.md"}


def names_of(entity: str, plural: str) -> set[str]:
    """Return the files that an entity of `catalog` has for itself."""
    layers = ("application", "domain", "infrastructure", "presentation")
    return {
        *(f"app/modules/catalog/{layer}/{entity}.py" for layer in layers),
        *(f"tests/{kind}/modules/catalog/test_{entity}.py" for kind in ("integration", "unit")),
        f"app/modules/catalog/migrations/create_{plural}.py",
    }


@pytest.mark.parametrize(
    ("modules", "examples"),
    [
        pytest.param(CATALOG | CRM, set(), id="last"),
        pytest.param(CRM | CATALOG, SHOW_THE_FIRST_ENTITY, id="first", marks=pytest.mark.full),
    ],
)
def test_new_module_changes_only_files_that_list_modules(
    edited: Callable[..., Path], modules: Modules, examples: set[str]
) -> None:
    service = edited({"modules": CATALOG})

    update(service, {"modules": modules})

    assert_no_conflict(service)
    changed = changes(service)
    assert changed["M"] == NAME_THE_MODULES | examples
    assert changed["D"] == set()
    assert {name for name in changed["A"] if "crm" not in Path(name).parts} == set()
    assert contents(service) == contents(edited({"modules": modules}))


def test_service_with_a_new_module_passes_its_own_checks_and_tests(
    edited: Callable[..., Path], tools: Tools, sqlite_url: str
) -> None:
    service = edited()

    update(service, {"modules": DEFAULT | CRM})

    tools.assert_checks_pass(service)
    code, said = tools.test(service, sqlite_url)
    assert code == 0, said


@pytest.mark.parametrize(
    "place", ["in the middle", pytest.param("at the end", marks=pytest.mark.full)]
)
def test_new_entity_is_added_to_a_database_with_rows(
    edited: Callable[..., Path], tools: Tools, sqlite_url: str, place: str
) -> None:
    service = edited({"modules": CATALOG})
    tools.do(service, sqlite_url, SEED)
    before = migrations_of(service)
    entities = {"product": PRODUCT, "box": BOX, "shelf": SHELF}
    order = ["product", "box", "shelf"] if place == "at the end" else ["product", "shelf", "box"]
    modules = {"catalog": {name: entities[name] for name in order}}

    update(service, {"modules": modules})

    assert_no_conflict(service)
    changed = changes(service)
    assert changed == {"A": names_of("shelf", "shelves"), "M": NAME_THE_ENTITIES, "D": set()}
    assert contents(service) == contents(edited({"modules": modules}))
    assert before.items() <= migrations_of(service).items()

    *said, boxes, (status, shelf) = tools.do(
        service,
        sqlite_url,
        ("app", "migrate"),
        ("difference",),
        ("count", "catalog_boxes"),
        ("ask", "POST", "/api/v1/shelves", {"code": "A1"}),
    )
    assert said == ["", ""]
    assert boxes == 3
    assert (status, shelf["code"], shelf["depth"]) == (201, "A1", None)


def test_removed_module_and_entity_leave_their_migrations_and_tables(
    edited: Callable[..., Path], tools: Tools, database: str, database_url: str
) -> None:
    everything = {"catalog": {"product": PRODUCT, "box": BOX, "shelf": SHELF}, **CRM}
    service = edited({"modules": everything, "database": database})
    own = "app/modules/crm/domain/own.py"
    (service / own).write_text('"""Ours."""\n', encoding="utf-8")
    commit(service, "Add to a module")
    tools.do(service, database_url, SEED)
    before = migrations_of(service)

    update(service, {"modules": CATALOG})

    assert_no_conflict(service)
    assert changes(service)["D"] >= names_of("shelf", "shelves") - before.keys()
    fresh = contents(edited({"modules": CATALOG, "database": database}))
    assert contents(service) == fresh | before | {own: '"""Ours."""\n'}

    # A database that has run them works on, and no table is dropped without a migration.
    said, difference = tools.do(service, database_url, ("app", "migrate"), ("difference",))
    assert said == ""
    gone = {"catalog_shelves", "crm_people", "crm_visits"}
    assert {line for line in difference.splitlines() if "table" in line} == {
        f"remove table: {table}" for table in gone
    }
    *said, boxes = tools.do(
        service,
        database_url,
        ("app", "makemigrations", "drop what is gone"),
        ("app", "migrate"),
        ("difference",),
        ("count", "catalog_boxes"),
    )
    assert said == ["", "", ""]
    assert boxes == 3
    written = migrations_of(service).keys() - before.keys()
    assert sorted(Path(name).parts[2] for name in written) == ["catalog", "crm"]


@pytest.mark.full
def test_entity_added_again_finds_its_edited_migration(edited: Callable[..., Path]) -> None:
    service = edited({"modules": CATALOG})
    name = "app/modules/catalog/migrations/create_boxes.py"
    insert(service, name, "def upgrade() -> None:\n", "    # Explained by the team.\n")
    commit(service, "Explain a migration")
    original = contents(service)

    update(service, {"modules": {"catalog": {"product": PRODUCT}}})
    commit(service, "Remove the boxes")
    assert contents(service).keys() < original.keys()
    update(service, {"modules": CATALOG})

    assert_no_conflict(service)
    assert contents(service) == original
