"""Subscriptions of this module to events."""

from app.kernel.events import EventBus
from app.modules.identity.application.ports import CredentialRepository
from app.modules.identity.domain.events import UserDeleted


def delete_with_user(events: EventBus, *repositories: CredentialRepository) -> None:
    """Delete a deleted user's credentials and rights."""

    async def delete(event: UserDeleted) -> None:
        for repository in repositories:
            await repository.delete_for_user(event.user_id)

    events.subscribe(UserDeleted, delete)
