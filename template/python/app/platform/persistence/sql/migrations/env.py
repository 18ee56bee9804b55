"""Alembic's entry point; `Migrations` calls it with a connection and the tables of the code."""

from typing import Any, Literal

import sqlalchemy as sa
from alembic import context
from alembic.autogenerate import rewriter
from alembic.operations import ops
from alembic.runtime.migration import MigrationContext

from app.platform.persistence.sql import tables

GIVEN = context.config.attributes

# Values of existing rows in a new column that must not be empty.
FILLINGS: tuple[tuple[type[Any], Any], ...] = (
    (tables.Timestamp, "1970-01-01 00:00:00"),
    (tables.ExactDecimal, "0"),
    (sa.DateTime, "1970-01-01 00:00:00"),
    (sa.Date, "1970-01-01"),
    (sa.Uuid, "0" * 32),
    (sa.Boolean, "0"),
    (sa.Float, "0"),
    (sa.Numeric, "0"),
    (sa.Integer, "0"),
    (sa.Text, sa.text("('')")),  # not every database takes plain text there
    (sa.String, ""),
)

fill_new_columns = rewriter.Rewriter()


@fill_new_columns.rewrites(ops.ModifyTableOps)
def _fill(_: MigrationContext, __: Any, change: ops.ModifyTableOps) -> Any:
    """Give new columns a default while rows are there without them, then take it away.

    Two steps, because some databases make all changes of one step at once, and because between
    them is the place to give each row a value of its own, which a unique column needs.
    """
    filled = [each for each in change.ops if isinstance(each, ops.AddColumnOp) and _filled(each)]
    if not filled:
        return change
    unique = [each for each in change.ops if isinstance(each, ops.CreateUniqueConstraintOp)]
    without_default = [
        ops.AlterColumnOp(
            each.table_name,
            each.column.name,
            existing_type=each.column.type,
            existing_nullable=False,
            existing_server_default=each.column.server_default,
            modify_server_default=None,
        )
        for each in filled
    ]
    change.ops = [each for each in change.ops if each not in unique]
    then = ops.ModifyTableOps(change.table_name, [*without_default, *unique], schema=change.schema)
    return [change, then]


def _filled(new: ops.AddColumnOp) -> bool:
    """Give the new column a default if it needs one; return whether it did."""
    column = new.column
    filling = next((text for kind, text in FILLINGS if isinstance(column.type, kind)), None)
    if column.nullable or column.server_default is not None or filling is None:
        return False
    # Another column, because this one belongs to the code's table.
    new.column = sa.Column(column.name, column.type, nullable=False, server_default=filling)
    return True


def include_object(
    _: object, name: str | None, kind: str, reflected: bool, compared_to: object
) -> bool:
    """Ignore the tables of the database that belong to no module."""
    foreign = kind == "table" and reflected and compared_to is None
    return not foreign or bool(GIVEN["owner"](name or ""))


def render_item(kind: str, item: Any, _: Any) -> str | Literal[False]:
    """Write the service's own column types by their names, whatever the database makes of them."""
    if kind == "type" and isinstance(item, tables.Timestamp | tables.ExactDecimal):
        return f"tables.{type(item).__name__}()"
    return "sa.Text()" if kind == "type" and isinstance(item, tables.Words) else False


context.configure(
    connection=GIVEN["connection"],
    target_metadata=GIVEN["metadata"],
    # Databases that alter a table by copying it need batches; others run the same statements.
    render_as_batch=True,
    include_object=include_object,
    render_item=render_item,
    process_revision_directives=fill_new_columns if GIVEN.get("writes") else None,
)
with context.begin_transaction():
    context.run_migrations()
