"""Migrations: complete, reversible, and noticed when they are missing."""

import pytest

from app.main import Service
from app.platform.persistence import OutdatedSchema
from app.platform.persistence.sql.migrations import module_of


async def test_migrations_create_every_table_of_the_code(service: Service) -> None:
    store = service.platform.store

    missing = await store.missing_migrations()

    assert not missing, f"{missing}\nWrite the migration: uv run app makemigrations"
    await store.check_schema()


async def test_every_migration_is_reversible(service: Service) -> None:
    store = service.platform.store
    await store.downgrade("base")
    try:
        with pytest.raises(OutdatedSchema, match="lacks migrations; run `app migrate` first"):
            await store.check_schema()
    finally:
        await store.migrate()
    await store.check_schema()


def test_table_belongs_to_the_module_with_the_longest_matching_name() -> None:
    modules = ["order", "order_desk", "identity"]

    assert module_of("order_desk_items", modules) == "order_desk"
    assert module_of("order_items", modules) == "order"
    assert module_of("alembic_version", modules) == ""
