"""Migrations: complete, and reversible."""

from app.platform.persistence.sql import adapter, migrations


async def test_the_migrations_make_what_the_code_needs(database_url: str) -> None:
    engine = adapter.create_engine(database_url)
    try:
        difference = await migrations.difference(engine)
        assert not difference, f"{difference}\nWrite the migration: uv run app makemigrations"
        assert not await migrations.lacks_migrations(engine)
    finally:
        await engine.dispose()


async def test_every_migration_can_be_undone(database_url: str) -> None:
    engine = adapter.create_engine(database_url)
    try:
        await migrations.downgrade(engine, "base")
        assert await migrations.lacks_migrations(engine)
        await migrations.upgrade(engine)
        assert not await migrations.lacks_migrations(engine)
    finally:
        await engine.dispose()


def test_a_table_belongs_to_the_module_with_the_longest_matching_name() -> None:
    modules = ["order", "order_desk", "identity"]

    assert migrations.module_of("order_desk_items", modules) == "order_desk"
    assert migrations.module_of("order_items", modules) == "order"
    assert migrations.module_of("alembic_version", modules) == ""
