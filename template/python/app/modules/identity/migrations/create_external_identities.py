"""Create the table of external identities and their users."""

import sqlalchemy as sa
from alembic import op

revision = "identity_external_identities"
down_revision = "identity0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "identity_external_identities",
        sa.Column("issuer", sa.String(255), primary_key=True),
        sa.Column("subject", sa.String(255), primary_key=True),
        sa.Column("user_id", sa.Uuid(), nullable=False, index=True),
    )


def downgrade() -> None:
    op.drop_table("identity_external_identities")
