"""Domain events between modules.

A module publishes the events that its package exports. Handlers run synchronously in the
publisher's transaction: either all changes are committed or none.
"""

from collections import defaultdict
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

Event = TypeVar("Event")
Handler = Callable[[Event], Awaitable[None]]


class EventBus:
    """Event bus that calls the handlers of an event's type in the order of their subscription."""

    def __init__(self) -> None:
        self._handlers: dict[type, list[Handler[Any]]] = defaultdict(list)

    def subscribe(self, event_type: type[Event], handler: Handler[Event]) -> None:
        self._handlers[event_type].append(handler)

    async def publish(self, event: object) -> None:
        for handler in self._handlers[type(event)]:
            await handler(event)
