"""Entities in the cache: exact, loaded once for all who miss them, and never out of date."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from decimal import Decimal
from uuid import UUID

import pytest

from app.kernel.errors import Unavailable
from app.platform.cache import entity_cache as module
from app.platform.cache.entity_cache import EntityCache
from app.platform.cache.port import Cache
from tests import fakes
from tests.caches.processes import two_clients
from tests.caches.samples import TTL_SECONDS, Away, Stored, Thing, new_kind, new_thing


class Process:
    """One of the processes that share the cache and the database."""

    def __init__(self, cache: Cache, kind: str, stored: Stored) -> None:
        self.cache = cache
        self.entries = EntityCache(cache, kind, Thing, TTL_SECONDS)
        self.stored = stored

    async def read(self, entity_id: UUID) -> Thing | None:
        kept = await self.entries.get(entity_id)
        return kept or await self.entries.fill(entity_id, lambda: self.stored.get(entity_id))


@pytest.fixture
def stored() -> Stored:
    return Stored()


@pytest.fixture
async def processes(stored: Stored) -> AsyncIterator[tuple[Process, Process]]:
    one, other = two_clients()
    kind = new_kind()
    yield Process(one, kind, stored), Process(other, kind, stored)
    await one.close()
    await other.close()


@pytest.fixture
def process(processes: tuple[Process, Process]) -> Process:
    return processes[0]


@pytest.fixture
async def thing(stored: Stored) -> Thing:
    thing = new_thing()
    await stored.add(thing)
    return thing


async def test_what_was_loaded_is_kept(process: Process, thing: Thing) -> None:
    assert await process.entries.get(thing.id) is None

    assert [await process.read(thing.id) for _ in range(3)] == [thing] * 3
    assert await process.entries.get(thing.id) == thing
    assert process.stored.asked == 1


async def test_many_who_miss_at_once_share_one_load(
    processes: tuple[Process, Process], stored: Stored, thing: Thing
) -> None:
    stored.open.clear()
    readers = [asyncio.ensure_future(each.read(thing.id)) for each in processes * 50]
    await stored.waited_for.wait()
    stored.open.set()

    assert await asyncio.gather(*readers) == [thing] * 100
    assert stored.asked == 1


async def test_what_is_not_found_is_not_kept(process: Process, stored: Stored) -> None:
    thing = new_thing()
    assert await process.read(thing.id) is None

    await stored.add(thing)

    assert await process.read(thing.id) == thing


async def test_who_gives_up_takes_nothing_from_the_others(
    process: Process, stored: Stored, thing: Thing
) -> None:
    async def load() -> Thing | None:
        return await stored.get(thing.id)

    stored.open.clear()
    impatient = asyncio.ensure_future(process.entries.fill(thing.id, load))
    await stored.waited_for.wait()
    patient = asyncio.ensure_future(process.entries.fill(thing.id, load))
    await asyncio.sleep(0)

    impatient.cancel()
    stored.open.set()

    assert await patient == thing
    assert stored.asked == 1


async def test_a_load_that_fails_is_no_ones_burden(process: Process, thing: Thing) -> None:
    async def fail() -> Thing | None:
        raise Unavailable("The database does not answer.")

    with pytest.raises(Unavailable):
        await process.entries.fill(thing.id, fail)

    assert await asyncio.wait_for(process.read(thing.id), module.WAIT_SECONDS / 2) == thing
    assert await process.entries.get(thing.id) == thing


async def test_what_was_loaded_before_a_change_is_not_kept_after_it(
    processes: tuple[Process, Process], stored: Stored, thing: Thing
) -> None:
    reader, writer = processes
    stored.open.clear()
    early = asyncio.ensure_future(reader.read(thing.id))
    await stored.waited_for.wait()

    changed = replace(thing, version=2)
    await stored.replace(changed)
    await writer.entries.forget(thing.id)
    late = asyncio.ensure_future(reader.read(thing.id))
    await asyncio.sleep(0.01)
    stored.open.set()

    assert await early == thing
    assert await late == changed
    assert await writer.read(thing.id) == changed


async def test_who_reads_after_a_change_does_not_wait_for_who_read_before(
    process: Process, stored: Stored, thing: Thing
) -> None:
    stored.open.clear()
    early = asyncio.ensure_future(process.read(thing.id))
    await stored.waited_for.wait()
    changed = replace(thing, version=2)

    async def load() -> Thing | None:
        return changed

    await process.entries.forget(thing.id)
    assert await asyncio.wait_for(process.entries.fill(thing.id, load), 5) == changed
    assert not early.done()

    stored.open.set()
    await early
    assert await process.entries.get(thing.id) == changed


async def test_a_reader_that_is_slow_or_gone_does_not_hold_up_the_others(
    process: Process, thing: Thing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "WAIT_SECONDS", 0.05)
    key = f"{process.entries._prefix}:{thing.id}"  # noqa: SLF001 (where a lease would be)
    await process.cache.set(key, module.LEASE + b"of somebody else", 5)

    assert await process.read(thing.id) == thing
    assert await process.entries.get(thing.id) is None


@pytest.mark.parametrize("rubbish", [b"", b"?", module.ENTITY + b"{}", b"\x80\x04."])
async def test_what_cannot_be_read_is_replaced(
    process: Process, thing: Thing, rubbish: bytes
) -> None:
    key = f"{process.entries._prefix}:{thing.id}"  # noqa: SLF001 (what another wrote there)
    await process.cache.set(key, rubbish, 5)

    assert await process.read(thing.id) == thing
    assert await process.entries.get(thing.id) == thing


async def test_entries_do_not_end_together(
    process: Process, stored: Stored, monkeypatch: pytest.MonkeyPatch
) -> None:
    times: list[float] = []
    swap = process.cache.swap

    async def note(key: str, old: bytes, new: bytes, seconds: float) -> bool:
        times.append(seconds)
        return await swap(key, old, new, seconds)

    monkeypatch.setattr(process.cache, "swap", note)
    for _ in range(50):
        thing = new_thing()
        await stored.add(thing)
        await process.read(thing.id)

    assert len(set(times)) > 40
    assert 0.9 * TTL_SECONDS <= min(times) < max(times) <= TTL_SECONDS


async def test_a_cache_that_is_away_is_as_good_as_an_empty_one(
    stored: Stored, thing: Thing
) -> None:
    process = Process(Away(), new_kind(), stored)

    assert await process.read(thing.id) == thing
    assert await process.read(thing.id) == thing
    assert stored.asked == 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Everything(Thing):
    """A value of each type that a field can have."""

    text: str
    whole: int
    exact: Decimal
    real: float
    flag: bool
    day: dt.date
    instant: dt.datetime
    reference: UUID
    missing: Decimal | None = None


EVERYTHING = Everything(
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


@pytest.mark.parametrize(
    "entity",
    [
        EVERYTHING,
        replace(EVERYTHING, exact=Decimal(100), missing=Decimal("0.0001"), flag=False),
    ],
)
async def test_an_entity_comes_back_as_it_was(process: Process, entity: Everything) -> None:
    entries = EntityCache(process.cache, new_kind(), Everything, TTL_SECONDS)

    async def load() -> Everything:
        return entity

    await entries.fill(entity.id, load)
    kept = await entries.get(entity.id)

    assert kept == entity
    assert repr(kept).replace("TzInfo(0)", "datetime.timezone.utc") == repr(entity).replace(
        "datetime.UTC", "datetime.timezone.utc"
    )


async def test_what_would_not_come_back_is_not_kept(process: Process) -> None:
    entity = replace(EVERYTHING, real=float("nan"))
    entries = EntityCache(process.cache, new_kind(), Everything, TTL_SECONDS)

    async def load() -> Everything:
        return entity

    assert await entries.fill(entity.id, load) is entity
    assert await entries.get(entity.id) is None


async def test_another_shape_is_another_entry(process: Process, thing: Thing) -> None:
    @dataclass(frozen=True, slots=True, kw_only=True)
    class Larger(Thing):
        size: int = 0

    kind = new_kind()
    before = EntityCache(process.cache, kind, Thing, TTL_SECONDS)
    after = EntityCache(process.cache, kind, Larger, TTL_SECONDS)

    await before.fill(thing.id, lambda: process.stored.get(thing.id))

    assert await before.get(thing.id) == thing
    assert await after.get(thing.id) is None
