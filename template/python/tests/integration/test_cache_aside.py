"""Cache-aside: a read fills the cache; the cache itself never loads."""

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


async def test_read_fills_the_cache_which_never_loads(
    processes: tuple[Process, Process], note: Note
) -> None:
    process, _ = processes
    assert await process.entries.get(note.id) is None
    assert process.stored.reads == 0

    assert await process.repository.get(note.id) == note
    assert await process.entries.get(note.id) == note
    assert await process.repository.get(note.id) == note
    assert process.stored.reads == 1


async def test_write_deletes_the_entry(processes: tuple[Process, Process], note: Note) -> None:
    process, _ = processes
    await process.repository.get(note.id)

    await process.repository.replace(replace(note, version=2))

    assert await process.entries.get(note.id) is None
    assert process.stored.reads == 1
