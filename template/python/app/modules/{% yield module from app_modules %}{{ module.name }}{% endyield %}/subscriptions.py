"""What this module does when something happens elsewhere."""

from app.kernel.events import EventBus
from app.kernel.ports import OwnedEntities
from app.modules.identity import UserDeleted


def subscribe(events: EventBus, *kinds: OwnedEntities) -> None:
    """Whatever a deleted user owned goes to who deleted them."""

    async def transfer_ownership(event: UserDeleted) -> None:
        for kind in kinds:
            await kind.transfer_ownership(event.user_id, event.deleted_by)

    events.subscribe(UserDeleted, transfer_ownership)
