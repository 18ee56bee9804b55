"""Begin the branch of identity with its tables."""

import sqlalchemy as sa
from alembic import op

from app.platform.persistence import tables

revision = "identity0001"
down_revision = None
branch_labels = ("identity",)
depends_on = None


def upgrade() -> None:
    op.create_table(
        "identity_users",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("email", sa.String(254), nullable=False, unique=True),
        sa.Column("password_hash", sa.String(200), nullable=False),
        sa.Column("role", sa.String(20), nullable=False),
        sa.Column("created_at", tables.Timestamp(), nullable=False),
    )
    op.create_table(
        "identity_refresh_tokens",
        sa.Column("fingerprint", sa.String(64), primary_key=True),
        sa.Column("family_id", sa.Uuid(), nullable=False, index=True),
        sa.Column("user_id", sa.Uuid(), nullable=False, index=True),
        sa.Column("expires_at", tables.Timestamp(), nullable=False),
        sa.Column("used", sa.Boolean(), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("identity_refresh_tokens")
    op.drop_table("identity_users")
