"""Create the table of sessions."""

import sqlalchemy as sa
from alembic import op

from app.platform.persistence.sql import tables

revision = "identity_sessions"
down_revision = "identity_passwords"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "identity_sessions",
        sa.Column("fingerprint", sa.String(64), primary_key=True),
        sa.Column("user_id", sa.Uuid(), nullable=False, index=True),
        sa.Column("last_used_at", tables.Timestamp(), nullable=False),
        sa.Column("expires_at", tables.Timestamp(), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("identity_sessions")
