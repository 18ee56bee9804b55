"""What this module does when something happens to a user."""

from app.kernel.events import EventBus
from app.modules.identity.application.ports import CredentialRepository
from app.modules.identity.domain.events import UserDeleted


def subscribe(events: EventBus, *kinds: CredentialRepository) -> None:
    """Whatever a deleted user proved who they are with proves nothing any more."""

    async def forget(event: UserDeleted) -> None:
        for proofs in kinds:
            await proofs.delete_for_user(event.user_id)

    events.subscribe(UserDeleted, forget)
