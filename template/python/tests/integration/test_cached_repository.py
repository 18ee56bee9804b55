"""What is read is never older than the last change, whichever process made it."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from app.main import Service
from app.platform.persistence import Store
from tests import fakes
from tests.caches.processes import Process, two_processes
from tests.caches.samples import Away, Stored, Thing, new_kind, new_thing


@pytest.fixture
def database(service: Service) -> Store:
    return service.platform.store


@pytest.fixture
async def processes(database: Store) -> AsyncIterator[tuple[Process, Process]]:
    async with two_processes(database) as processes:
        yield processes


@pytest.fixture
async def thing(processes: tuple[Process, Process]) -> Thing:
    """A thing that both have read."""
    thing = new_thing()
    await processes[0].repository.add(thing)
    for process in processes:
        assert await process.repository.get(thing.id) == thing
    return thing


async def test_a_second_read_asks_no_database(
    processes: tuple[Process, Process], thing: Thing
) -> None:
    one, other = processes
    one.stored.asked = 0
    one.stored.entities.clear()

    assert await one.repository.get(thing.id) == thing
    assert await other.repository.get(thing.id) == thing
    assert one.stored.asked == 0
    assert (await one.repository.page(20, None, None)).items == []


async def test_a_change_is_seen_at_once_in_both(
    processes: tuple[Process, Process], thing: Thing
) -> None:
    one, other = processes
    changed = replace(thing, version=2)
    await one.repository.replace(changed)
    assert await other.repository.get(thing.id) == changed
    assert await one.repository.get(thing.id) == changed

    await other.repository.remove(changed)
    assert await one.repository.get(thing.id) is None
    assert await other.repository.get(thing.id) is None


async def test_a_new_owner_is_seen_at_once_in_both(
    processes: tuple[Process, Process], thing: Thing
) -> None:
    one, other = processes
    one.stored.entities[thing.id] = changed = replace(thing, version=2)
    one.stored.owned = [thing.id]

    await one.repository.transfer_ownership(fakes.ALICE.id, fakes.BOB.id, fakes.NOW)

    assert await other.repository.get(thing.id) == changed
    assert await one.repository.get(thing.id) == changed


async def test_a_transaction_reads_past_the_cache(
    processes: tuple[Process, Process], thing: Thing, database: Store
) -> None:
    process, _ = processes
    process.stored.entities[thing.id] = changed = replace(thing, version=2)

    async with database.transaction():
        assert await process.repository.get(thing.id) == changed
        assert await process.repository.get_for_update(thing.id) == changed
    assert await process.repository.get(thing.id) == thing


async def test_a_change_is_seen_once_it_is_kept(
    processes: tuple[Process, Process], thing: Thing, database: Store
) -> None:
    one, other = processes
    changed = replace(thing, version=2)

    async with database.transaction():
        await one.repository.replace(changed)
        assert await other.entries.get(thing.id) == thing
    assert await other.repository.get(thing.id) == changed


async def test_a_change_that_is_undone_is_never_seen(
    processes: tuple[Process, Process], thing: Thing, database: Store
) -> None:
    one, other = processes

    async def fail_half_way() -> None:
        async with database.transaction():
            await one.repository.replace(replace(thing, version=2))
            raise ValueError("undo")

    with pytest.raises(ValueError, match="undo"):
        await fail_half_way()
    assert await other.repository.get(thing.id) == thing


async def test_without_a_cache_everything_goes_on(database: Store) -> None:
    repository = Process(Away(), new_kind(), Stored(), database).repository
    thing = new_thing()
    changed = replace(thing, version=2)

    await repository.add(thing)
    assert await repository.get(thing.id) == thing
    await repository.replace(changed)
    assert await repository.get(thing.id) == changed
    await repository.remove(changed)
    assert await repository.get(thing.id) is None
