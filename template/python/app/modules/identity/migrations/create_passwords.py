"""Create the tables of password hashes and of failed logins."""

import sqlalchemy as sa
from alembic import op

from app.platform.persistence.sql import tables

revision = "identity_passwords"
down_revision = "identity0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "identity_passwords",
        sa.Column("user_id", sa.Uuid(), primary_key=True),
        sa.Column("password_hash", sa.String(200), nullable=False),
    )
    op.create_table(
        "identity_failed_logins",
        sa.Column("key", sa.String(64), primary_key=True),
        sa.Column("failures", sa.BigInteger(), nullable=False),
        sa.Column("last_at", tables.Timestamp(), nullable=False, index=True),
    )


def downgrade() -> None:
    op.drop_table("identity_failed_logins")
    op.drop_table("identity_passwords")
