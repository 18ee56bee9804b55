"""Subscriptions of this module to events of other modules."""

from app.kernel.events import EventBus
from app.kernel.ports import OwnedEntities
from app.modules.identity import UserDeleted


def transfer_on_deletion(events: EventBus, *entities: OwnedEntities) -> None:
    """Transfer a deleted user's entities to the administrator who deleted the user."""

    async def transfer_ownership(event: UserDeleted) -> None:
        for owned in entities:
            await owned.transfer_ownership(event.user_id, event.deleted_by)

    events.subscribe(UserDeleted, transfer_ownership)
