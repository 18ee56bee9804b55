"""Read-through: who asks the cache gets what is in the database, loaded if need be."""

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


async def test_the_cache_gives_what_nobody_has_read_before(
    processes: tuple[Process, Process], thing: Thing
) -> None:
    process, _ = processes
    assert process.stored.asked == 0

    assert await process.entries.get(thing.id) == thing
    assert await process.repository.get(thing.id) == thing
    assert process.stored.asked == 1


async def test_a_change_is_loaded_by_whoever_reads_next(
    processes: tuple[Process, Process], thing: Thing
) -> None:
    process, _ = processes
    changed = replace(thing, version=2)
    await process.entries.get(thing.id)

    await process.repository.replace(changed)
    assert process.stored.asked == 1

    assert await process.entries.get(thing.id) == changed
    assert process.stored.asked == 2
