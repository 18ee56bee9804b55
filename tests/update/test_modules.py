"""New and removed modules and entities: only what names them changes, and no data is lost."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from ..support import commit
from .services import ANSWERS_FILE, Tools, assert_no_conflict, changes, contents, update

Modules = dict[str, dict[str, dict[str, str]]]

PRODUCT = {"name": "str", "price": "decimal", "in_stock": "bool"}
BOX = {"label": "str"}
SHELF = {"code": "str unique", "depth": "int optional"}
CATALOG: Modules = {"catalog": {"product": PRODUCT, "box": BOX}}
CRM: Modules = {
    "crm": {"person": {"name": "str", "born": "date optional"}, "visit": {"at": "datetime"}}
}

NAME_THE_MODULES = {
    ANSWERS_FILE,
    "README.md",
    "app/main.py",
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
        f"migrations/catalog/create_{plural}.py",
    }


@pytest.mark.parametrize(
    ("modules", "examples"),
    [(CATALOG | CRM, set()), (CRM | CATALOG, SHOW_THE_FIRST_ENTITY)],
    ids=["last", "first"],
)
def test_a_new_module_changes_only_what_names_it(
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


def test_a_service_with_a_new_module_passes_its_own_checks_and_tests(
    edited: Callable[..., Path], tools: Tools
) -> None:
    service = edited({"modules": CATALOG})

    update(service, {"modules": CATALOG | CRM})

    tools.assert_checks_pass(service)
    tools.module(service, "pytest", "-q", "-p", "no:cacheprovider", "--no-cov")


@pytest.mark.parametrize("place", ["at the end", "in the middle"])
def test_a_new_entity_joins_a_database_in_use(
    edited: Callable[..., Path], tools: Tools, tmp_path: Path, place: str
) -> None:
    service = edited({"modules": CATALOG})
    database_url = f"sqlite:///{tmp_path / 'app.db'}"
    tools.app(service, database_url, "seed", "--count", "3")
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

    tools.app(service, database_url, "migrate")
    assert tools.difference(service, database_url) == ""
    assert rows(tools, service, database_url) == {
        "catalog_boxes": 3,
        "catalog_products": 3,
        "catalog_shelves": 0,
    }
    assert create(tools, service, database_url, "shelves", {"code": "A1"}) == "201 409"


def test_a_removed_module_and_entity_leave_their_migrations_and_tables(
    edited: Callable[..., Path], tools: Tools, database: str, database_url: str
) -> None:
    everything = {"catalog": {"product": PRODUCT, "box": BOX, "shelf": SHELF}, **CRM}
    service = edited({"modules": everything, "database": database})
    (service / "app/modules/crm/domain/own.py").write_text('"""Ours."""\n')
    commit(service, "Add to a module")
    tools.app(service, database_url, "seed", "--count", "3")
    before = migrations_of(service)

    update(service, {"modules": CATALOG})

    assert_no_conflict(service)
    changed = changes(service)
    assert changed["A"] == set()
    assert changed["D"] >= names_of("shelf", "shelves") - before.keys()
    assert migrations_of(service) == before
    assert list((service / "app/modules/crm").rglob("*.py")) == [
        service / "app/modules/crm/domain/own.py"
    ]
    left = {"app/modules/crm/domain/own.py", *before}
    fresh = contents(edited({"modules": CATALOG, "database": database}))
    assert contents(service) == fresh | {name: contents(service)[name] for name in left}

    # A database that has run them goes on, and nothing is dropped until somebody says so.
    tools.app(service, database_url, "migrate")
    gone = {"catalog_shelves", "crm_people", "crm_visits"}
    difference = tools.difference(service, database_url).splitlines()
    assert {line for line in difference if "table" in line} == {
        f"remove table: {name}" for name in gone
    }
    tools.app(service, database_url, "makemigrations", "drop what is gone")
    written = migrations_of(service).keys() - before.keys()
    assert {Path(name).parent.name for name in written} == {"catalog", "crm"}
    tools.app(service, database_url, "migrate")
    assert tools.difference(service, database_url) == ""
    assert rows(tools, service, database_url) == {"catalog_boxes": 3, "catalog_products": 3}


def test_an_entity_comes_back_to_the_migrations_it_left(
    edited: Callable[..., Path], tools: Tools, tmp_path: Path
) -> None:
    service = edited({"modules": CATALOG})
    database_url = f"sqlite:///{tmp_path / 'app.db'}"
    tools.app(service, database_url, "seed", "--count", "3")
    original = contents(service)

    update(service, {"modules": {"catalog": {"product": PRODUCT}}})
    commit(service, "Remove the boxes")
    update(service, {"modules": CATALOG})

    assert contents(service) == original
    tools.app(service, database_url, "migrate")
    assert rows(tools, service, database_url) == {"catalog_boxes": 3, "catalog_products": 3}


def migrations_of(service: Path) -> dict[str, str]:
    """Return the migrations of all modules."""
    return {
        name: content
        for name, content in contents(service).items()
        if name.startswith("migrations/") and name.count("/") == 2
    }


def rows(tools: Tools, service: Path, database_url: str) -> dict[str, int]:
    """Return how many rows each table of the modules' entities has."""
    code = (
        "import json, sqlalchemy as sa\n"
        "async with engine.connect() as connection:\n"
        "    print(json.dumps({\n"
        "        table.name: await connection.scalar(sa.select(sa.func.count()).select_from(table))\n"
        "        for table in tables.metadata.sorted_tables if 'owner_id' in table.c\n"
        "    }))\n"
    )
    counted: dict[str, int] = json.loads(tools.script(service, database_url, code))
    return counted


def create(
    tools: Tools, service: Path, database_url: str, plural: str, body: Mapping[str, Any]
) -> str:
    """Create a thing twice over HTTP, as an administrator; returns how each was answered."""
    code = (
        "import httpx\n"
        "from app.kernel.access import Role\n"
        "from app.settings import Settings\n"
        f"application = app.main.create_app(Settings(database_url={database_url!r}))\n"
        "credentials = {'email': 'ann@example.com', 'password': 'a long enough password'}\n"
        "identity = application.state.service.identity\n"
        "await identity.administration.appoint(**credentials, role=Role.ADMIN)\n"
        "transport = httpx.ASGITransport(application)\n"
        "async with httpx.AsyncClient(transport=transport, base_url='http://test') as client:\n"
        "    tokens = (await client.post('/api/v1/auth/login', json=credentials)).json()\n"
        "    client.headers['Authorization'] = f\"Bearer {tokens['access_token']}\"\n"
        f"    answers = [await client.post('/api/v1/{plural}', json={dict(body)!r}) for _ in '12']\n"
        "await application.state.service.close()\n"
        "print(*(answer.status_code for answer in answers))\n"
    )
    return tools.script(service, database_url, code).splitlines()[-1]
