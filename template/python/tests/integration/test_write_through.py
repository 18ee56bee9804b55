"""Write-through: what was just written is read from the cache, whatever order writers come in."""

import asyncio
import random
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


async def test_what_was_written_is_read_without_the_database(
    processes: tuple[Process, Process], thing: Thing
) -> None:
    one, other = processes
    assert await one.repository.get(thing.id) == thing
    assert await other.repository.get(thing.id) == thing

    changed = replace(thing, version=2)
    await other.repository.replace(changed)

    assert await one.repository.get(thing.id) == changed
    assert await other.repository.get(thing.id) == changed
    assert one.stored.asked == 0


async def test_a_slow_writer_does_not_bring_back_an_older_version(
    processes: tuple[Process, Process], thing: Thing
) -> None:
    quick, slow = processes
    newest = replace(thing, version=3)
    await quick.entries.put(newest)

    await slow.entries.put(replace(thing, version=2))

    assert await quick.repository.get(thing.id) == newest
    assert quick.stored.asked == 0


async def test_of_many_writers_at_once_the_newest_wins(
    processes: tuple[Process, Process], thing: Thing
) -> None:
    versions = [replace(thing, version=number) for number in range(2, 22)]
    random.shuffle(versions)
    process, _ = processes
    process.stored.entities[thing.id] = newest = max(versions, key=lambda each: each.version)

    writers = processes * 10
    await asyncio.gather(
        *(writer.entries.put(each) for writer, each in zip(writers, versions, strict=True))
    )

    assert await process.repository.get(thing.id) == newest


async def test_a_slow_writer_does_not_bring_back_what_was_removed(
    processes: tuple[Process, Process], thing: Thing
) -> None:
    quick, slow = processes
    await quick.repository.remove(thing)

    await slow.entries.put(replace(thing, version=2))

    assert await quick.repository.get(thing.id) is None
    assert await slow.repository.get(thing.id) is None


async def test_a_reader_does_not_replace_what_was_written_meanwhile(
    processes: tuple[Process, Process], thing: Thing
) -> None:
    reader, writer = processes
    await writer.entries.forget(thing.id)
    reader.stored.open.clear()
    early = asyncio.ensure_future(reader.repository.get(thing.id))
    await reader.stored.waited_for.wait()

    changed = replace(thing, version=2)
    await writer.repository.replace(changed)
    reader.stored.open.set()

    assert await early == thing
    assert await reader.repository.get(thing.id) == changed
    assert reader.stored.asked == 1


async def test_what_cannot_be_kept_is_forgotten(
    processes: tuple[Process, Process], thing: Thing, monkeypatch: pytest.MonkeyPatch
) -> None:
    process, _ = processes

    async def refuse(*_: object) -> bool:
        return False

    changed = replace(thing, version=2)
    with monkeypatch.context() as patch:
        patch.setattr(process.entries, "_try_to_put", refuse)
        await process.repository.replace(changed)

    assert await process.repository.get(thing.id) == changed
    assert process.stored.asked == 1
