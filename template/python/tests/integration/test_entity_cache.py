"""Entities in the cache: exact, loaded once for concurrent readers, and never out of date."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from uuid import UUID

import pytest

from app.kernel.errors import Unavailable
from app.platform.cache import Cache
from app.platform.cache import entity_cache as module
from app.platform.cache.entity_cache import EntityCache
from tests import fakes
from tests.caches.processes import two_clients
from tests.caches.samples import (
    TTL_SECONDS,
    Note,
    StoredNotes,
    UnavailableCache,
    new_note,
    new_prefix,
)

Load = Callable[[UUID], Awaitable[Note | None]]


class Process:
    """One of two processes that share the cache and the database."""

    def __init__(self, cache: Cache, prefix: str, stored: StoredNotes) -> None:
        self.cache = cache
        self.stored = stored
        self.load: Load = stored.get
        self.entries = EntityCache(cache, prefix, Note, TTL_SECONDS, load=self._load)

    async def _load(self, entity_id: UUID) -> Note | None:
        return await self.load(entity_id)

    async def read(self, entity_id: UUID) -> Note | None:
        return await self.entries.get(entity_id) or await self.entries.fill(entity_id)

    def key(self, note: Note) -> str:
        return f"{self.entries._prefix}:{note.id}"  # noqa: SLF001 (to change the stored value)


@pytest.fixture
def stored() -> StoredNotes:
    return StoredNotes()


@pytest.fixture
async def processes(stored: StoredNotes) -> AsyncIterator[tuple[Process, Process]]:
    one, other = two_clients()
    prefix = new_prefix()
    yield Process(one, prefix, stored), Process(other, prefix, stored)
    await one.close()
    await other.close()


@pytest.fixture
def process(processes: tuple[Process, Process]) -> Process:
    return processes[0]


@pytest.fixture
async def note(stored: StoredNotes) -> Note:
    note = new_note()
    await stored.add(note)
    return note


async def test_loaded_entity_is_stored(process: Process, note: Note) -> None:
    assert await process.entries.get(note.id) is None

    assert [await process.read(note.id) for _ in range(3)] == [note] * 3
    assert await process.entries.get(note.id) == note
    assert process.stored.reads == 1


async def test_concurrent_misses_share_one_load(
    processes: tuple[Process, Process], stored: StoredNotes, note: Note
) -> None:
    stored.may_answer.clear()
    readers = [asyncio.ensure_future(each.read(note.id)) for each in processes * 50]
    await stored.read_started.wait()
    stored.may_answer.set()

    assert await asyncio.gather(*readers) == [note] * 100
    assert stored.reads == 1


async def test_missing_entity_is_not_cached(process: Process, stored: StoredNotes) -> None:
    note = new_note()
    assert await process.read(note.id) is None

    await stored.add(note)

    assert await process.read(note.id) == note


async def test_cancelled_reader_does_not_cancel_the_shared_load(
    process: Process, stored: StoredNotes, note: Note
) -> None:
    stored.may_answer.clear()
    impatient = asyncio.ensure_future(process.entries.fill(note.id))
    await stored.read_started.wait()
    patient = asyncio.ensure_future(process.entries.fill(note.id))
    await asyncio.sleep(0)

    impatient.cancel()
    stored.may_answer.set()

    assert await patient == note
    assert stored.reads == 1


async def test_failed_load_does_not_block_the_next_one(process: Process, note: Note) -> None:
    async def fail(_: UUID) -> Note | None:
        raise Unavailable("The database does not answer.")

    process.load = fail
    with pytest.raises(Unavailable):
        await process.entries.fill(note.id)

    process.load = process.stored.get
    assert await asyncio.wait_for(process.read(note.id), module.WAIT_SECONDS / 2) == note
    assert await process.entries.get(note.id) == note


async def test_entity_loaded_before_a_change_is_not_stored_after_it(
    processes: tuple[Process, Process], stored: StoredNotes, note: Note
) -> None:
    reader, writer = processes
    stored.may_answer.clear()
    early = asyncio.ensure_future(reader.read(note.id))
    await stored.read_started.wait()

    changed = replace(note, version=2)
    await stored.replace(changed)
    await writer.entries.forget(note.id)
    late = asyncio.ensure_future(reader.read(note.id))
    await asyncio.sleep(0.01)
    stored.may_answer.set()

    assert await early == note
    assert await late == changed
    assert await writer.read(note.id) == changed


async def test_read_after_a_change_does_not_wait_for_an_earlier_load(
    process: Process, stored: StoredNotes, note: Note
) -> None:
    stored.may_answer.clear()
    early = asyncio.ensure_future(process.read(note.id))
    await stored.read_started.wait()
    changed = replace(note, version=2)

    async def load(_: UUID) -> Note | None:
        return changed

    await process.entries.forget(note.id)
    process.load = load
    assert await asyncio.wait_for(process.entries.fill(note.id), 5) == changed
    assert not early.done()

    stored.may_answer.set()
    await early
    assert await process.entries.get(note.id) == changed


async def test_lease_of_a_dead_reader_delays_others_briefly(
    process: Process, note: Note, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "WAIT_SECONDS", 0.05)
    await process.cache.set(process.key(note), module.LEASE + b"of another reader", 5)

    assert await process.read(note.id) == note
    assert await process.entries.get(note.id) is None


@pytest.mark.parametrize("invalid", [b"", b"?", module.ENTITY + b"{}", b"\x80\x04."])
async def test_invalid_value_is_replaced(process: Process, note: Note, invalid: bytes) -> None:
    await process.cache.set(process.key(note), invalid, 5)

    assert await process.read(note.id) == note
    assert await process.entries.get(note.id) == note


async def test_entries_expire_at_different_times(
    process: Process, stored: StoredNotes, monkeypatch: pytest.MonkeyPatch
) -> None:
    lifetimes: list[float] = []
    swap = process.cache.swap

    async def record(key: str, old: bytes, new: bytes, seconds: float) -> bool:
        lifetimes.append(seconds)
        return await swap(key, old, new, seconds)

    monkeypatch.setattr(process.cache, "swap", record)
    for _ in range(50):
        note = new_note()
        await stored.add(note)
        await process.read(note.id)

    assert len(set(lifetimes)) > 40
    assert 0.9 * TTL_SECONDS <= min(lifetimes) < max(lifetimes) <= TTL_SECONDS


async def test_unavailable_cache_counts_as_empty(stored: StoredNotes, note: Note) -> None:
    process = Process(UnavailableCache(), new_prefix(), stored)

    assert await process.read(note.id) == note
    assert await process.read(note.id) == note
    assert stored.reads == 2


@dataclass(frozen=True, slots=True, kw_only=True)
class AllTypes(Note):
    """Entity with a field of each type."""

    text: str
    whole: int
    exact: Decimal
    real: float
    flag: bool
    day: dt.date
    instant: dt.datetime
    reference: UUID
    missing: Decimal | None = None


EXTREMES = AllTypes(
    id=UUID(int=1),
    owner_id=fakes.ALICE.id,
    version=1,
    text='Ñandú "\\\n\x7f😀',
    whole=-(2**63),
    exact=Decimal("12345678901234.5678"),
    real=0.1 + 0.2,
    flag=True,
    day=dt.date(1, 1, 1),
    instant=dt.datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=dt.UTC),
    reference=UUID(int=2**128 - 1),
)


def entries_of(process: Process, entity: AllTypes) -> EntityCache[AllTypes]:
    async def load(_: UUID) -> AllTypes:
        return entity

    return EntityCache(process.cache, new_prefix(), AllTypes, TTL_SECONDS, load=load)


@pytest.mark.parametrize(
    "entity",
    [
        EXTREMES,
        replace(EXTREMES, exact=Decimal(100), missing=Decimal("0.0001"), flag=False),
    ],
)
async def test_cached_entity_equals_the_original(process: Process, entity: AllTypes) -> None:
    entries = entries_of(process, entity)

    await entries.fill(entity.id)
    found = await entries.get(entity.id)

    assert found == entity
    assert repr(found).replace("TzInfo(0)", "datetime.timezone.utc") == repr(entity).replace(
        "datetime.UTC", "datetime.timezone.utc"
    )


async def test_entity_that_json_cannot_represent_is_not_cached(process: Process) -> None:
    entity = replace(EXTREMES, real=float("nan"))
    entries = entries_of(process, entity)

    assert await entries.fill(entity.id) is entity
    assert await entries.get(entity.id) is None


async def test_entity_with_other_fields_has_another_entry(process: Process, note: Note) -> None:
    @dataclass(frozen=True, slots=True, kw_only=True)
    class LargerNote(Note):
        size: int = 0

    async def load(_: UUID) -> LargerNote | None:
        return None

    prefix = new_prefix()
    before = EntityCache(process.cache, prefix, Note, TTL_SECONDS, load=process.stored.get)
    after = EntityCache(process.cache, prefix, LargerNote, TTL_SECONDS, load=load)

    await before.fill(note.id)

    assert await before.get(note.id) == note
    assert await after.get(note.id) is None
