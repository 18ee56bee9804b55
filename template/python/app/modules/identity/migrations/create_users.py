"""Create the table of users; first migration of identity."""

import sqlalchemy as sa
from alembic import op

from app.platform.persistence.sql import tables

revision = "identity0001"
down_revision = None
branch_labels = ("identity",)
depends_on = None


def upgrade() -> None:
    op.create_table(
        "identity_users",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("email", sa.String(254), nullable=False, unique=True),
        sa.Column("role", sa.String(20), nullable=False),
        sa.Column("created_at", tables.Timestamp(), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("identity_users")
