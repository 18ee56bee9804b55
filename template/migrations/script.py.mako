"""${message}"""
<%!
    def names(value):
        return "None" if value is None else repr(value)
%>
import sqlalchemy as sa
from alembic import op

from app.platform.persistence import tables

revision = "${up_revision}"
down_revision = ${names(down_revision)}
branch_labels = ${names(branch_labels)}
depends_on = ${names(depends_on)}


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    ${downgrades if downgrades else "pass"}
