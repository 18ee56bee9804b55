"""The port of records, on the database of the service."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from decimal import Decimal
from uuid import UUID

import pytest

from app.kernel.errors import Conflict
from app.platform.persistence import LONG_TEXT, Records, RecordType
from app.platform.persistence.database import open_store
from app.platform.persistence.sql.store import sql_store
from tests.fakes import NOW

DAY = dt.timedelta(days=1)
TODAY = NOW.date()
TODAY = NOW.date()


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """A record that others refer to."""

    id: UUID
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A record with a field of each type."""

    id: UUID
    author_id: UUID
    title: str
    text: str
    words: frozenset[str] | None = None
    fee: Decimal | None = None
    rating: float = 1.5
    pages: int = 2**40
    public: bool = False
    day: dt.date = TODAY
    due_at: dt.datetime = NOW
    seen_at: dt.datetime = NOW


def with_capital(author: Author) -> Author:
    return replace(author, name=author.name.capitalize())


AUTHORS = RecordType("test_authors", Author, on_read=with_capital)
DRAFTS = RecordType(
    "test_drafts",
    Draft,
    unique=("title",),
    indexed=("author_id",),
    text_lengths={"text": LONG_TEXT},
)


@dataclass(frozen=True, slots=True)
class Library:
    """The records under test."""

    authors: Records[Author]
    drafts: Records[Draft]


@pytest.fixture
async def library(empty_database_url: str) -> AsyncIterator[Library]:
    store = open_store(empty_database_url)
    library = Library(store.records(AUTHORS), store.records(DRAFTS))
    database = sql_store(store)
    async with database.writing() as connection:
        await connection.run_sync(database.metadata.create_all)
    yield library
    await store.close()


def draft(number: int = 1, **values: object) -> Draft:
    common = {"author_id": UUID(int=9), "title": f"Title {number}", "text": "x" * 10_000}
    return Draft(id=UUID(int=number), **(common | values))  # type: ignore[arg-type]


async def test_every_field_is_read_as_it_was_written(library: Library) -> None:
    full = draft(1, words=frozenset({"b", "a"}), fee=Decimal("9.99"))
    empty = draft(2, words=frozenset())
    await library.drafts.add(full)
    await library.drafts.add_many([empty, draft(3)])

    assert await library.drafts.first(id=full.id) == full
    found = await library.drafts.find(author_id=UUID(int=9))
    assert sorted(found, key=lambda each: each.id) == [full, empty, draft(3)]
    assert await library.drafts.count(author_id=UUID(int=9), public=True) == 0


async def test_taken_unique_value_is_a_conflict(library: Library) -> None:
    await library.drafts.add(draft())

    with pytest.raises(Conflict, match="Another one already has this title"):
        await library.drafts.add(draft(2, title="Title 1"))


async def test_replacement_needs_the_expected_values(library: Library) -> None:
    await library.drafts.add(draft())
    changed = draft(pages=7)

    assert not await library.drafts.replace(changed, pages=1)
    assert await library.drafts.replace(changed, pages=2**40)
    assert not await library.drafts.replace(draft(2))
    assert await library.drafts.find() == [changed]


async def test_one_of_several_concurrent_updates_succeeds(library: Library) -> None:
    await library.drafts.add(draft())

    changed = await asyncio.gather(
        *(
            library.drafts.update({"public": True}, "pages", id=draft().id, public=False)
            for _ in range(4)
        )
    )

    assert sorted(changed) == [0, 0, 0, 1]
    assert await library.drafts.first(public=True) == draft(public=True, pages=2**40 + 1)


async def test_referenced_record_is_read_with_its_record(library: Library) -> None:
    await library.authors.add(Author(id=UUID(int=9), name="ann"))
    await library.drafts.add_many([draft(1), draft(2, author_id=UUID(int=8))])

    known = await library.drafts.first_with(AUTHORS, "author_id", title="Title 1")
    unknown = await library.drafts.first_with(AUTHORS, "author_id", author_id=UUID(int=8))

    assert known == (draft(), Author(id=UUID(int=9), name="Ann"))
    assert unknown == (draft(2, author_id=UUID(int=8)), None)
    assert await library.drafts.first_with(AUTHORS, "author_id", title="Title 3") is None


async def test_pages_are_in_the_order_of_keys(library: Library) -> None:
    await library.drafts.add_many([draft(3), draft(1), draft(2)])

    first = await library.drafts.page(2, None)
    second = await library.drafts.page(2, first.next_after, author_id=UUID(int=9))

    assert [list(first.items), list(second.items)] == [[draft(1), draft(2)], [draft(3)]]
    assert (first.next_after, second.next_after) == (UUID(int=2), None)


async def test_expired_records_are_deleted_oldest_first(library: Library) -> None:
    late, unseen = NOW + DAY, NOW - DAY
    await library.drafts.add_many(
        [draft(1), draft(2, due_at=late), draft(3, due_at=late, seen_at=unseen), draft(4)]
    )
    limits = {"due_at": NOW, "seen_at": unseen}

    assert await library.drafts.delete_expired(limits, author_id=UUID(int=8)) == 0
    assert await library.drafts.delete_expired({"due_at": late}, 2) == 2
    assert await library.drafts.delete_expired(limits) == 1
    assert await library.drafts.find() == [draft(2, due_at=late)]


async def test_imported_records_follow_the_highest_value(library: Library) -> None:
    await library.drafts.import_many([draft(1, pages=5), draft(2, pages=8)])

    assert await library.drafts.highest("pages", below=8) == 5
    assert await library.drafts.keys_for_update(pages=8) == [UUID(int=2)]


async def test_field_of_an_unknown_type_is_refused(empty_database_url: str) -> None:
    @dataclass(frozen=True)
    class Odd:
        id: complex

    store = open_store(empty_database_url)
    with pytest.raises(TypeError, match="No column type is known for the field id"):
        store.records(RecordType("test_odd", Odd))
