"""Links between external identities and users in the database."""

from dataclasses import dataclass
from uuid import UUID

from app.modules.identity.application.provisioning import IdentityLink
from app.modules.identity.domain.external_identity import ExternalIdentity
from app.modules.identity.infrastructure.user import USERS
from app.platform.persistence import RecordType, Store


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredLink:
    """The user that a subject of an issuer is."""

    issuer: str
    subject: str
    user_id: UUID


EXTERNAL_IDENTITIES = RecordType(
    "identity_external_identities",
    StoredLink,
    key=("issuer", "subject"),
    indexed=("user_id",),
    text_lengths={"issuer": 255, "subject": 255},
)


class StoredExternalIdentityRepository:
    """Repository of links, which outlive their users: a deleted user is not provisioned again."""

    def __init__(self, store: Store) -> None:
        self._links = store.records(EXTERNAL_IDENTITIES)

    async def get(self, identity: ExternalIdentity) -> IdentityLink | None:
        found = await self._links.first_with(
            USERS, "user_id", issuer=identity.issuer, subject=identity.subject
        )
        return None if found is None else IdentityLink(found[1])

    async def add(self, identity: ExternalIdentity, user_id: UUID) -> None:
        link = StoredLink(issuer=identity.issuer, subject=identity.subject, user_id=user_id)
        await self._links.add(link)

    async def is_linked(self, user_id: UUID) -> bool:
        return await self._links.first(user_id=user_id) is not None
