"""How it is kept in the database which user somebody is whom the issuer knows."""

from uuid import UUID

import sqlalchemy as sa

from app.kernel.errors import Conflict
from app.modules.identity.application.provisioning import Link
from app.modules.identity.domain.external_identity import ExternalIdentity
from app.modules.identity.infrastructure.user import to_user, user_table
from app.platform.persistence.sql import tables
from app.platform.persistence.sql.database import Database

external_identity_table = sa.Table(
    "identity_external_identities",
    tables.metadata,
    sa.Column("issuer", sa.String(255), primary_key=True),
    sa.Column("subject", sa.String(255), primary_key=True),
    sa.Column("user_id", sa.Uuid(), nullable=False, index=True),
    info={"module": "identity"},
)

_columns = external_identity_table.c
# Made once, as every request sends it.
_with_user = (
    sa.select(_columns.user_id, user_table)
    .select_from(external_identity_table.outerjoin(user_table, user_table.c.id == _columns.user_id))
    .where(
        _columns.issuer == sa.bindparam("issuer"),
        _columns.subject == sa.bindparam("subject"),
    )
)


class SqlExternalIdentityRepository:
    """Links, a row each. They outlive their users, who must not come back as somebody new."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, identity: ExternalIdentity) -> Link | None:
        values = {"issuer": identity.issuer, "subject": identity.subject}
        async with self._database.reading() as connection:
            row = (await connection.execute(_with_user, values)).mappings().one_or_none()
        if row is None:
            return None
        return Link(None if row[user_table.c.id] is None else to_user(row))

    async def add(self, identity: ExternalIdentity, user_id: UUID) -> None:
        values = {"issuer": identity.issuer, "subject": identity.subject, "user_id": user_id}
        try:
            async with self._database.transaction() as connection:
                await connection.execute(external_identity_table.insert().values(values))
        except (Conflict, sa.exc.IntegrityError) as error:
            raise Conflict("Somebody has just been met.") from error

    async def is_linked(self, user_id: UUID) -> bool:
        query = sa.select(sa.exists().where(_columns.user_id == user_id))
        async with self._database.reading() as connection:
            return bool(await connection.scalar(query))
