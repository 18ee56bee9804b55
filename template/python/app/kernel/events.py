"""What happened in one module and matters to another.

A module publishes the events named in its public face. Handlers run at once, inside the
publisher's transaction: either everybody's changes are kept or nobody's.
"""

from collections import defaultdict
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

Event = TypeVar("Event")
Handler = Callable[[Event], Awaitable[None]]


class EventBus:
    """Hands each event to those who subscribed to its type, in the order they did."""

    def __init__(self) -> None:
        self._handlers: dict[type, list[Handler[Any]]] = defaultdict(list)

    def subscribe(self, event_type: type[Event], handler: Handler[Event]) -> None:
        self._handlers[event_type].append(handler)

    async def publish(self, event: object) -> None:
        for handler in self._handlers[type(event)]:
            await handler(event)
