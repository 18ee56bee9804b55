"""Closing of what the service has opened."""

import pytest

from app.main import compose
from app.settings import Settings


async def test_resources_close_in_reverse_order(settings: Settings) -> None:
    service = compose(settings)
    closed: list[str] = []

    async def close(name: str) -> None:
        closed.append(name)

    for name in ("first", "second"):
        service.platform.resources.push_async_callback(close, name)
    await service.close()

    assert closed == ["second", "first"]


async def test_failing_close_leaves_no_other_resource_open(settings: Settings) -> None:
    service = compose(settings)
    closed: list[str] = []

    async def close() -> None:
        closed.append("first")

    async def fail() -> None:
        raise OSError("The connection is lost.")

    service.platform.resources.push_async_callback(close)
    service.platform.resources.push_async_callback(fail)
    with pytest.raises(OSError, match="lost"):
        await service.close()

    assert closed == ["first"]
