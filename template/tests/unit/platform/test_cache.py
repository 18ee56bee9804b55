"""The cache in memory."""

import asyncio

from app.platform.cache.memory import MemoryCache


class Source:
    """Where values come from, and how often it was asked."""

    def __init__(self, value: object = "value") -> None:
        self.value = value
        self.asked = 0
        self.open = asyncio.Event()
        self.open.set()

    async def __call__(self) -> object:
        self.asked += 1
        value = self.value
        await self.open.wait()
        return value


async def test_a_value_is_loaded_once() -> None:
    cache, source = MemoryCache(60), Source()

    assert [await cache.get_or_load("key", source) for _ in range(3)] == ["value"] * 3
    assert source.asked == 1


async def test_many_who_miss_at_once_share_one_load() -> None:
    cache, source = MemoryCache(60), Source()

    await asyncio.gather(*(cache.get_or_load("key", source) for _ in range(100)))

    assert source.asked == 1


async def test_a_value_ends() -> None:
    cache, source = MemoryCache(0.01), Source()

    await cache.get_or_load("key", source)
    await asyncio.sleep(0.02)
    await cache.get_or_load("key", source)

    assert source.asked == 2


async def test_nothing_is_kept_for_no_time_and_of_nothing() -> None:
    for cache, source in ((MemoryCache(0), Source()), (MemoryCache(60), Source(None))):
        await cache.get_or_load("key", source)
        await cache.get_or_load("key", source)
        assert source.asked == 2


async def test_what_is_deleted_is_loaded_again() -> None:
    cache, source = MemoryCache(60), Source()

    await cache.get_or_load("key", source)
    await cache.delete("key")
    source.value = "new"

    assert await cache.get_or_load("key", source) == "new"


async def test_what_is_deleted_while_it_loads_is_not_kept() -> None:
    cache, source = MemoryCache(60), Source("old")
    source.open.clear()
    loading = asyncio.ensure_future(cache.get_or_load("key", source))
    await asyncio.sleep(0)
    await asyncio.sleep(0)

    await cache.delete("key")
    source.value = "new"
    source.open.set()

    assert await loading == "old"
    assert await cache.get_or_load("key", source) == "new"


async def test_who_gives_up_takes_nothing_from_the_others() -> None:
    cache, source = MemoryCache(60), Source()
    source.open.clear()
    impatient = asyncio.ensure_future(cache.get_or_load("key", source))
    patient = asyncio.ensure_future(cache.get_or_load("key", source))
    await asyncio.sleep(0)

    impatient.cancel()
    source.open.set()

    assert await patient == "value"
    assert source.asked == 1
