"""What the tables of all modules have in common."""

import sqlalchemy as sa

from app.platform.persistence.sql import adapter

Timestamp = adapter.Timestamp
ExactDecimal = adapter.ExactDecimal

# RFC 5321 allows no more; nothing else here has this length.
EMAIL_LENGTH = 254

metadata = sa.MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
    }
)


def entity_table(module: str, name: str, *columns: sa.Column[object]) -> sa.Table:
    """The table `<module>_<name>`, with the columns that every entity carries before its own."""
    return sa.Table(
        f"{module}_{name}",
        metadata,
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("owner_id", sa.Uuid(), nullable=False, index=True),
        sa.Column("created_at", Timestamp(), nullable=False),
        sa.Column("updated_at", Timestamp(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        *columns,
        info={"module": module},
    )
