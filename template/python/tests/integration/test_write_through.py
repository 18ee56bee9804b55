"""Write-through: reads after a write come from the cache, in whatever order writers arrive."""

import asyncio
import random
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


async def test_written_entity_is_read_without_a_query(
    processes: tuple[Process, Process], note: Note
) -> None:
    one, other = processes
    assert await one.repository.get(note.id) == note
    assert await other.repository.get(note.id) == note

    changed = replace(note, version=2)
    await other.repository.replace(changed)

    assert await one.repository.get(note.id) == changed
    assert await other.repository.get(note.id) == changed
    assert one.stored.reads == 0


async def test_slow_writer_does_not_restore_an_older_version(
    processes: tuple[Process, Process], note: Note
) -> None:
    fast, slow = processes
    newest = replace(note, version=3)
    await fast.entries.put(newest)

    await slow.entries.put(replace(note, version=2))

    assert await fast.repository.get(note.id) == newest
    assert fast.stored.reads == 0


async def test_newest_version_of_concurrent_writers_wins(
    processes: tuple[Process, Process], note: Note
) -> None:
    versions = [replace(note, version=number) for number in range(2, 22)]
    random.shuffle(versions)
    process, _ = processes
    process.stored.entities[note.id] = newest = max(versions, key=lambda each: each.version)

    writers = processes * 10
    await asyncio.gather(
        *(writer.entries.put(each) for writer, each in zip(writers, versions, strict=True))
    )

    assert await process.repository.get(note.id) == newest


async def test_slow_writer_does_not_restore_a_removed_entity(
    processes: tuple[Process, Process], note: Note
) -> None:
    fast, slow = processes
    await fast.repository.remove(note)

    await slow.entries.put(replace(note, version=2))

    assert await fast.repository.get(note.id) is None
    assert await slow.repository.get(note.id) is None


async def test_reader_does_not_replace_a_concurrent_write(
    processes: tuple[Process, Process], note: Note
) -> None:
    reader, writer = processes
    await writer.entries.forget(note.id)
    reader.stored.may_answer.clear()
    early = asyncio.ensure_future(reader.repository.get(note.id))
    await reader.stored.read_started.wait()

    changed = replace(note, version=2)
    await writer.repository.replace(changed)
    reader.stored.may_answer.set()

    assert await early == note
    assert await reader.repository.get(note.id) == changed
    assert reader.stored.reads == 1


async def test_entry_that_cannot_be_written_is_deleted(
    processes: tuple[Process, Process], note: Note, monkeypatch: pytest.MonkeyPatch
) -> None:
    process, _ = processes

    async def refuse(*_: object) -> bool:
        return False

    changed = replace(note, version=2)
    with monkeypatch.context() as patch:
        patch.setattr(process.entries, "_try_to_put", refuse)
        await process.repository.replace(changed)

    assert await process.repository.get(note.id) == changed
    assert process.stored.reads == 1
