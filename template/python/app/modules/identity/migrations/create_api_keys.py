"""Create the table of API keys."""

import sqlalchemy as sa
from alembic import op

from app.platform.persistence.sql import tables

revision = "identity_api_keys"
down_revision = "identity0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "identity_api_keys",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("user_id", sa.Uuid(), nullable=False, index=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("prefix", sa.String(12), nullable=False, unique=True),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("scopes", sa.Text(), nullable=True),
        sa.Column("created_at", tables.Timestamp(), nullable=False),
        sa.Column("expires_at", tables.Timestamp(), nullable=True),
        sa.Column("last_used_at", tables.Timestamp(), nullable=True),
        sa.Column("revoked_at", tables.Timestamp(), nullable=True),
    )


def downgrade() -> None:
    op.drop_table("identity_api_keys")
