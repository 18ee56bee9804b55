"""Changed entities: a missing migration is reported, written, and fits existing rows."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from extensions.naming import plural
from extensions.questionnaire import FIELD_TYPES, NAME_LENGTH, NOT_UNIQUE

from ..support import commit
from .services import Tools, assert_no_conflict, contents, insert, migrations_of, replace, update

WITH_MORE_FIELDS = {
    "catalog": {
        "product": {
            "name": "str",
            "weight": "float",
            "price": "decimal",
            "sold_from": "datetime optional",
            "in_stock": "bool",
            "number": "int optional unique",
        }
    }
}
CREATE_PRODUCTS = "app/modules/catalog/migrations/create_products.py"
SEED = ("app", "seed", "--count", "3")
MIGRATE = ("app", "migrate")
DIFFERENCE = ("difference",)


def test_new_field_gets_its_migration_from_makemigrations(
    edited: Callable[..., Path], tools: Tools, database: str, database_url: str
) -> None:
    service = edited({"database": database})
    insert(service, CREATE_PRODUCTS, "def upgrade() -> None:\n", "    # Explained by the team.\n")
    commit(service, "Explain a migration")
    tools.app(service, database_url, "seed", "--count", "3")
    before = migrations_of(service)

    update(service, {"modules": WITH_MORE_FIELDS})

    # The code is as in a fresh copy, the migration as the team left it.
    assert_no_conflict(service)
    fresh = edited({"database": database, "modules": WITH_MORE_FIELDS})
    assert contents(service) == contents(fresh) | {CREATE_PRODUCTS: before[CREATE_PRODUCTS]}

    # The service's own test says what is to be done.
    own_test = "tests/integration/test_migrations.py"
    code, said = tools.test(service, database_url, own_test)
    assert code == 1, said
    assert "uv run app makemigrations" in said
    assert "add column: catalog_products.weight" in said

    # The command writes the migration into the folder of the module.
    told = tools.app(service, database_url, "makemigrations", "Products weigh")
    (name,) = migrations_of(service).keys() - before.keys()
    assert name.startswith("app/modules/catalog/migrations/")
    assert name.endswith("_products_weigh.py")
    assert told.splitlines()[0] == f"Wrote {name}."
    tools.format(service, name)
    assert migrations_of(service)[name].startswith('"""Products weigh."""\n')
    tools.assert_formatted(service, name)

    # It fits a database with rows, and it can be undone.
    tools.app(service, database_url, "migrate")
    difference, (status, answer), _, columns, count = tools.do(
        service,
        database_url,
        DIFFERENCE,
        ("ask", "GET", "/api/v1/products"),
        ("downgrade", "catalog@-1"),
        ("columns", "catalog_products"),
        ("count", "catalog_products"),
    )
    assert difference == ""
    assert status == 200
    filled = [(each["weight"], each["sold_from"], each["number"]) for each in answer["items"]]
    assert filled == [(0.0, None, None)] * 3
    assert {"weight", "sold_from", "number"}.isdisjoint(columns)
    assert count == 3
    code, said = tools.test(service, database_url, own_test)
    assert code == 0, said


def test_fields_of_every_type_are_added_to_and_removed_from_a_table_with_rows(
    plain: Callable[..., Path], tools: Tools, database: str, database_url: str
) -> None:
    # The longest names, because those of constraints are made of them, and then cut.
    module, entity = longest("module"), longest("entity")
    table, address = f"{module}_{plural(entity)}", f"/api/v1/{plural(entity)}"
    fields = {
        longest(f"{kind}{number}"): f"{kind}{modifiers}"
        for kind in FIELD_TYPES
        for number, modifiers in enumerate(("", " optional", " unique", " optional unique"))
        if "unique" not in modifiers or kind not in NOT_UNIQUE
    }
    few, many = (
        plain({"database": database, "modules": {module: {entity: {"name": "str", **some}}}})
        for some in ({}, fields)
    )
    tools.do(few, database_url, ("app", "seed", "--count", "1"))

    migrations = f"app/modules/{module}/migrations"
    shutil.copytree(few / migrations, many / migrations, dirs_exist_ok=True)
    outcomes = tools.do(
        many,
        database_url,
        ("app", "makemigrations", "add them"),
        MIGRATE,
        DIFFERENCE,
        ("ask", "GET", address),
    )
    assert outcomes[:3] == ["", "", ""]
    status, answer = outcomes[3]
    assert (status, len(answer["items"])) == (200, 1)
    assert fields.keys() <= answer["items"][0].keys()

    shutil.copytree(many / migrations, few / migrations, dirs_exist_ok=True)
    outcomes = tools.do(
        few,
        database_url,
        ("app", "makemigrations", "remove them"),
        MIGRATE,
        DIFFERENCE,
        ("columns", table),
        ("downgrade", f"{module}@-1"),
        ("columns", table),
        ("count", table),
    )
    assert outcomes[:3] == ["", "", ""]
    assert fields.keys().isdisjoint(outcomes[3])
    assert fields.keys() <= set(outcomes[5])
    assert outcomes[6] == 1
    written = [str(path) for path in (few / migrations).glob("*_them.py")]
    assert len(written) == 2
    tools.format(few, *written)
    tools.assert_formatted(few, *written)


def test_failing_migration_loses_no_row(
    plain: Callable[..., Path], tools: Tools, database: str, database_url: str
) -> None:
    service = plain({"database": database})
    tools.do(service, database_url, SEED)
    add_field(service, 'sku: str = ""', unique=True)

    made, before, said, after, count = tools.do(
        service,
        database_url,
        ("app", "makemigrations", "number products"),
        ("columns", "catalog_products"),
        MIGRATE,
        ("columns", "catalog_products"),
        ("count", "catalog_products"),
    )

    assert made == ""
    assert count == 3
    if database == "mysql":  # it cannot undo a change of a table
        assert said.startswith("A migration failed, and what it did before stays (")
        assert "undo that by hand" in said
        undo = ("execute", "ALTER TABLE catalog_products DROP COLUMN sku")
        tools.do(service, database_url, undo)
    else:
        assert said.startswith("A migration failed, and the database is as it was (")
        assert after == before

    # Between its two steps, a team can give each row a value.
    tools.format(service, relative(service, "*_number_products.py"))
    insert(
        service,
        relative(service, "*_number_products.py"),
        'server_default="", nullable=False)\n        )\n\n',
        '    op.execute("UPDATE catalog_products SET sku = CAST(id AS CHAR(40))")\n\n',
    )
    assert tools.do(service, database_url, MIGRATE, DIFFERENCE) == ["", ""]


@pytest.mark.full
def test_unknown_revision_in_the_database_is_reported(
    plain: Callable[..., Path], tools: Tools, sqlite_url: str
) -> None:
    service = plain()

    _, _, said = tools.do(
        service,
        sqlite_url,
        MIGRATE,
        ("execute", "UPDATE alembic_version SET version_num = 'abc' WHERE version_num LIKE 'id%'"),
        MIGRATE,
    )

    assert said == (
        "The database does not fit this version of the service "
        "(Can't locate revision identified by 'abc')."
    )


@pytest.mark.full
def test_each_module_gets_its_own_migration_and_foreign_tables_are_ignored(
    plain: Callable[..., Path], tools: Tools, sqlite_url: str
) -> None:
    # By its beginning alone, the table `catalog_stock_levels` could be of either module.
    fields = {"label": "str"}
    service = plain(
        {
            "modules": {
                "catalog": {"product": fields, "stock_level": fields},
                "catalog_stock": {"item": fields},
            }
        }
    )
    foreign = ("execute", "CREATE TABLE spatial_reference (id INTEGER)")
    tools.do(service, sqlite_url, MIGRATE, foreign)
    before = migrations_of(service)
    for module, entity in (("catalog", "stock_level"), ("catalog_stock", "item")):
        add_field(service, "size: int | None = None", module, entity)

    steps = (("app", "makemigrations", "measure"), MIGRATE, DIFFERENCE)
    assert tools.do(service, sqlite_url, *steps) == ["", "", ""]

    written = sorted(migrations_of(service).keys() - before.keys())
    assert [Path(name).parts[2] for name in written] == ["catalog", "catalog_stock"]
    first, second = (migrations_of(service)[name] for name in written)
    assert "catalog_stock_levels" in first
    assert "catalog_stock_items" in second
    assert "spatial_reference" not in first + second


@pytest.mark.full
def test_next_migration_joins_two_heads_of_a_branch(
    plain: Callable[..., Path], tools: Tools, sqlite_url: str
) -> None:
    service = plain()
    add_field(service, "ann: int | None = None")
    tools.do(service, sqlite_url, ("app", "makemigrations", "by ann"))
    tools.format(service, relative(service, "*_by_ann.py"))
    by_ann = service / relative(service, "*_by_ann.py")
    revision = by_ann.read_text().split('revision = "')[1][:12]
    by_bo = by_ann.read_text().replace(revision, "b0b0b0b0b0b0").replace('"ann"', '"bo"')
    by_ann.with_name("by_bo.py").write_text(by_bo)
    add_field(service, "bo: int | None = None")
    add_field(service, "cy: int | None = None")

    steps = (("app", "makemigrations", "by cy"), MIGRATE, DIFFERENCE)
    assert tools.do(service, sqlite_url, *steps) == ["", "", ""]

    by_cy = (service / relative(service, "*_by_cy.py")).read_text()
    (joined,) = (line for line in by_cy.splitlines() if line.startswith("down_revision"))
    assert revision in joined
    assert "b0b0b0b0b0b0" in joined


@pytest.mark.full
def test_sqlite_table_copy_keeps_referring_rows(
    plain: Callable[..., Path], tools: Tools, sqlite_url: str
) -> None:
    service = plain()
    reference = "REFERENCES catalog_products (id) ON DELETE CASCADE"
    tools.do(
        service,
        sqlite_url,
        ("app", "seed", "--count", "1"),
        ("execute", f"CREATE TABLE notes (product_id CHAR(32) PRIMARY KEY {reference})"),
        ("execute", "INSERT INTO notes SELECT id FROM catalog_products"),
    )
    add_field(service, 'sku: str = ""', unique=True)

    *said, count, _, none = tools.do(
        service,
        sqlite_url,
        ("app", "makemigrations", "number products"),
        MIGRATE,
        DIFFERENCE,
        ("count", "notes"),
        ("execute", "DELETE FROM catalog_products"),
        ("count", "notes"),
    )

    assert said == ["", "", ""]
    assert count == 1
    # The reference is as strong as before.
    assert none == 0


def longest(beginning: str) -> str:
    """Return a name that is as long as names may be."""
    return beginning + "x" * (NAME_LENGTH - len(beginning))


def relative(service: Path, pattern: str) -> str:
    """Return the name of the one migration of `catalog` that fits `pattern`."""
    (path,) = (service / "app/modules/catalog/migrations").glob(pattern)
    return str(path.relative_to(service))


def add_field(
    service: Path,
    field: str,
    module: str = "catalog",
    entity: str = "product",
    *,
    unique: bool = False,
) -> None:
    """Add a field to an entity by hand: to its dataclass, and to its record type if unique."""
    replace(
        service,
        f"app/modules/{module}/domain/{entity}.py",
        "\n    def check(self) -> None:\n",
        f"    {field}\n\n    def check(self) -> None:\n",
    )
    name = field.partition(":")[0]
    if unique:
        replace(
            service,
            f"app/modules/{module}/infrastructure/{entity}.py",
            '    indexed=("owner_id",),\n',
            f'    unique=("{name}",),\n    indexed=("owner_id",),\n',
        )
