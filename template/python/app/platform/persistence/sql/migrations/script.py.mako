<%!
    def names(value):
        return "None" if value is None else repr(value)

    def sentence(message):
        text = message.replace("\\", "").replace('"', "'").strip()
        return f"{text[:1].upper()}{text[1:].rstrip('.')}."

    def without_comments(body):
        return "\n".join(line for line in body.split("\n") if "# ###" not in line).strip()
%>\
"""${sentence(message)}"""

import sqlalchemy as sa
from alembic import op
${imports or ''}
from app.platform.persistence.sql import tables

revision = "${up_revision}"
down_revision = ${names(down_revision)}
branch_labels = ${names(branch_labels)}
depends_on = ${names(depends_on)}


def upgrade() -> None:
    ${without_comments(upgrades) or "pass"}


def downgrade() -> None:
    ${without_comments(downgrades) or "pass"}
