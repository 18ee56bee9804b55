"""Cache-aside: the repository fills the cache; the cache itself never loads anything."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from app.main import Service
from tests.caches.processes import Process, two_processes
from tests.caches.samples import Thing, new_thing


@pytest.fixture
async def processes(service: Service) -> AsyncIterator[tuple[Process, Process]]:
    async with two_processes(service.platform.store) as processes:
        yield processes


@pytest.fixture
async def thing(processes: tuple[Process, Process]) -> Thing:
    thing = new_thing()
    await processes[0].repository.add(thing)
    return thing


async def test_the_repository_fills_the_cache_which_never_loads(
    processes: tuple[Process, Process], thing: Thing
) -> None:
    process, _ = processes
    assert await process.entries.get(thing.id) is None
    assert process.stored.asked == 0

    assert await process.repository.get(thing.id) == thing
    assert await process.entries.get(thing.id) == thing
    assert await process.repository.get(thing.id) == thing
    assert process.stored.asked == 1


async def test_a_change_empties_the_entry(processes: tuple[Process, Process], thing: Thing) -> None:
    process, _ = processes
    await process.repository.get(thing.id)

    await process.repository.replace(replace(thing, version=2))

    assert await process.entries.get(thing.id) is None
    assert process.stored.asked == 1
