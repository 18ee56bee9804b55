"""Reads are never older than the last change, in whichever process it was made."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from app.main import Service
from app.platform.persistence import Store
from tests import fakes
from tests.caches.processes import Process, two_processes
from tests.caches.samples import Note, StoredNotes, UnavailableCache, new_note, new_prefix


@pytest.fixture
def store(service: Service) -> Store:
    return service.platform.store


@pytest.fixture
async def processes(store: Store) -> AsyncIterator[tuple[Process, Process]]:
    async with two_processes(store) as processes:
        yield processes


@pytest.fixture
async def note(processes: tuple[Process, Process]) -> Note:
    """Return a note that both processes have read."""
    note = new_note()
    await processes[0].repository.add(note)
    for process in processes:
        assert await process.repository.get(note.id) == note
    return note


async def test_second_read_makes_no_query(processes: tuple[Process, Process], note: Note) -> None:
    one, other = processes
    one.stored.reads = 0
    one.stored.entities.clear()

    assert await one.repository.get(note.id) == note
    assert await other.repository.get(note.id) == note
    assert one.stored.reads == 0
    assert (await one.repository.page(20, None, None)).items == []


async def test_change_is_visible_at_once_in_both(
    processes: tuple[Process, Process], note: Note
) -> None:
    one, other = processes
    changed = replace(note, version=2)
    await one.repository.replace(changed)
    assert await other.repository.get(note.id) == changed
    assert await one.repository.get(note.id) == changed

    await other.repository.remove(changed)
    assert await one.repository.get(note.id) is None
    assert await other.repository.get(note.id) is None


async def test_new_owner_is_visible_at_once_in_both(
    processes: tuple[Process, Process], note: Note
) -> None:
    one, other = processes
    one.stored.entities[note.id] = changed = replace(note, version=2)
    one.stored.owned = [note.id]

    await one.repository.transfer_ownership(fakes.ALICE.id, fakes.BOB.id, fakes.NOW)

    assert await other.repository.get(note.id) == changed
    assert await one.repository.get(note.id) == changed


async def test_transaction_reads_from_the_database(
    processes: tuple[Process, Process], note: Note, store: Store
) -> None:
    process, _ = processes
    process.stored.entities[note.id] = changed = replace(note, version=2)

    async with store.transaction():
        assert await process.repository.get(note.id) == changed
        assert await process.repository.get_for_update(note.id) == changed
    assert await process.repository.get(note.id) == note


async def test_change_is_visible_after_the_commit(
    processes: tuple[Process, Process], note: Note, store: Store
) -> None:
    one, other = processes
    changed = replace(note, version=2)

    async with store.transaction():
        await one.repository.replace(changed)
        assert await other.entries.get(note.id) == note
    assert await other.repository.get(note.id) == changed


async def test_change_that_is_rolled_back_is_never_visible(
    processes: tuple[Process, Process], note: Note, store: Store
) -> None:
    one, other = processes

    async def fail_half_way() -> None:
        async with store.transaction():
            await one.repository.replace(replace(note, version=2))
            raise ValueError("roll back")

    with pytest.raises(ValueError, match="roll back"):
        await fail_half_way()
    assert await other.repository.get(note.id) == note


async def test_unavailable_cache_causes_no_error(store: Store) -> None:
    process = Process(UnavailableCache(), new_prefix(), StoredNotes(), store)
    repository = process.repository
    note = new_note()
    changed = replace(note, version=2)

    await repository.add(note)
    assert await repository.get(note.id) == note
    await repository.replace(changed)
    assert await repository.get(note.id) == changed
    await repository.remove(changed)
    assert await repository.get(note.id) is None
