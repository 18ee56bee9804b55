"""Create the table of granted permissions."""

import sqlalchemy as sa
from alembic import op

revision = "identity_permissions"
down_revision = "identity0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "identity_permissions",
        sa.Column("user_id", sa.Uuid(), primary_key=True),
        sa.Column("permission", sa.String(100), primary_key=True),
    )


def downgrade() -> None:
    op.drop_table("identity_permissions")
