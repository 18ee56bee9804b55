"""Keep passwords apart from users, and count failures to log in."""

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
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_at", tables.Timestamp(), nullable=False, index=True),
    )
    columns = sa.inspect(op.get_bind()).get_columns("identity_users")
    if "password_hash" in {column["name"] for column in columns}:
        # A service that began before passwords had a table of their own.
        op.execute(
            "INSERT INTO identity_passwords (user_id, password_hash)"
            " SELECT id, password_hash FROM identity_users WHERE password_hash IS NOT NULL"
        )
        with op.batch_alter_table("identity_users") as users:
            users.drop_column("password_hash")


def downgrade() -> None:
    op.add_column("identity_users", sa.Column("password_hash", sa.String(200)))
    op.execute(
        "UPDATE identity_users SET password_hash = (SELECT password_hash FROM identity_passwords"
        " WHERE identity_passwords.user_id = identity_users.id)"
    )
    op.drop_table("identity_failed_logins")
    op.drop_table("identity_passwords")
