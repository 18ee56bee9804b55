"""What this module does when something happens elsewhere."""

from app.kernel.events import EventBus
from app.kernel.ports import Ownership
from app.modules.identity import UserDeleted


def subscribe(events: EventBus, *kinds: Ownership) -> None:
    """Whatever a deleted user owned goes to who deleted them."""

    async def hand_over(event: UserDeleted) -> None:
        for kind in kinds:
            await kind.hand_over(event.user_id, event.deleted_by)

    events.subscribe(UserDeleted, hand_over)
