"""Alembic's entry point; `app.platform.persistence.migrations` calls it with a connection."""

from typing import Any, Literal

import sqlalchemy as sa
from alembic import context
from alembic.autogenerate import rewriter
from alembic.operations import ops
from alembic.runtime.migration import MigrationContext

import app.main  # noqa: F401 (imports every module, and so every table)
from app.platform.persistence import migrations, tables

ONLY_MODULE: str | None = context.config.attributes.get("module")
MODULES = [path.name for path in migrations.FOLDER.iterdir() if path.is_dir()]

# What rows that are already there get in a new column that must not be empty.
FILLINGS: tuple[tuple[type[Any], str], ...] = (
    (tables.Timestamp, "1970-01-01 00:00:00"),
    (tables.ExactDecimal, "0"),
    (sa.Date, "1970-01-01"),
    (sa.Uuid, "0" * 32),
    (sa.Boolean, "0"),
    (sa.Numeric, "0"),
    (sa.Integer, "0"),
    (sa.String, ""),
)

fill_new_columns = rewriter.Rewriter()


@fill_new_columns.rewrites(ops.AddColumnOp)
def _fill(_: MigrationContext, __: Any, new: ops.AddColumnOp) -> Any:
    column = new.column
    filling = next((text for kind, text in FILLINGS if isinstance(column.type, kind)), None)
    if column.nullable or column.server_default is not None or filling is None:
        return new
    column.server_default = sa.DefaultClause(filling)
    without = ops.AlterColumnOp(
        new.table_name,
        column.name,
        existing_type=column.type,
        existing_nullable=False,
        existing_server_default=column.server_default,
        modify_server_default=None,
    )
    return [new, without]


def leave_out_nothing(context: MigrationContext, _: Any, directives: list[Any]) -> None:
    """Write no migration where nothing has changed."""
    fill_new_columns(context, _, directives)
    if directives[0].upgrade_ops.is_empty():
        directives.clear()


def include_object(_: Any, name: str | None, kind: str, *__: Any) -> bool:
    """Look at the tables of one module only, if one was named."""
    if ONLY_MODULE is None or kind != "table":
        return True
    return migrations.module_of(name or "", MODULES) == ONLY_MODULE


def render_item(kind: str, item: Any, _: Any) -> str | Literal[False]:
    """Write our own column types as the code does, whatever the database makes of them."""
    if kind == "type" and isinstance(item, tables.Timestamp | tables.ExactDecimal):
        return f"tables.{type(item).__name__}()"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=tables.metadata,
    # SQLite alters a table by copying it; other databases take the same statements as they are.
    render_as_batch=True,
    include_object=include_object,
    render_item=render_item,
    process_revision_directives=leave_out_nothing,
)
with context.begin_transaction():
    context.run_migrations()
