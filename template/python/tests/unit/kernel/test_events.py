"""Event bus: delivery to subscribers, and errors of handlers."""

from dataclasses import dataclass

import pytest

from app.kernel.events import EventBus


@dataclass(frozen=True)
class Happened:
    what: str


async def test_handlers_of_event_type_are_called_in_subscription_order() -> None:
    bus = EventBus()
    calls: list[str] = []

    async def first(event: Happened) -> None:
        calls.append(f"first {event.what}")

    async def second(event: Happened) -> None:
        calls.append(f"second {event.what}")

    async def never(event: str) -> None:
        calls.append(event)

    bus.subscribe(Happened, first)
    bus.subscribe(Happened, second)
    bus.subscribe(str, never)
    await bus.publish(Happened("it"))

    assert calls == ["first it", "second it"]


async def test_error_of_handler_is_raised_to_publisher() -> None:
    bus = EventBus()

    async def fail(_: Happened) -> None:
        raise ValueError("no")

    bus.subscribe(Happened, fail)
    with pytest.raises(ValueError, match="no"):
        await bus.publish(Happened("it"))
