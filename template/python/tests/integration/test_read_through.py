"""Read-through: the cache loads what it lacks."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from app.main import Service
from tests.caches.processes import Process, two_processes
from tests.caches.samples import Note, new_note


@pytest.fixture
async def processes(service: Service) -> AsyncIterator[tuple[Process, Process]]:
    async with two_processes(service.platform.store) as processes:
        yield processes


@pytest.fixture
async def note(processes: tuple[Process, Process]) -> Note:
    note = new_note()
    await processes[0].repository.add(note)
    return note


async def test_cache_loads_a_missing_entity(processes: tuple[Process, Process], note: Note) -> None:
    process, _ = processes
    assert process.stored.reads == 0

    assert await process.entries.get(note.id) == note
    assert await process.repository.get(note.id) == note
    assert process.stored.reads == 1


async def test_read_after_a_write_loads_the_new_version(
    processes: tuple[Process, Process], note: Note
) -> None:
    process, _ = processes
    changed = replace(note, version=2)
    await process.entries.get(note.id)

    await process.repository.replace(changed)
    assert process.stored.reads == 1

    assert await process.entries.get(note.id) == changed
    assert process.stored.reads == 2
