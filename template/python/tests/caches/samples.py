"""Entities for the tests of the cache, and a database that counts reads."""

import asyncio
import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NoReturn
from uuid import UUID

from app.kernel.errors import Unavailable
from app.kernel.paging import Page
from app.platform.persistence import EntityRepository, RecordType, Store
from tests import fakes

TTL_SECONDS = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Smallest possible entity."""

    id: UUID
    owner_id: UUID
    version: int


NOTES = RecordType("test_notes", Note)


def new_note() -> Note:
    return Note(id=uuid.uuid4(), owner_id=fakes.ALICE.id, version=1)


def new_prefix() -> str:
    """Return a key prefix that no other test run uses: several may share one server."""
    return f"test:{secrets.token_hex(4)}"


class UnavailableCache:
    """Cache that does not answer."""

    async def fail(self, *_: object) -> NoReturn:
        raise Unavailable("The cache does not answer.")

    get = set = add = swap = ping = fail

    async def delete(self, key: str) -> None: ...

    async def close(self) -> None: ...


class StoredNotes(fakes.InMemoryRepository[Note]):
    """Database of both processes: counts the reads of single notes, and can delay them."""

    def __init__(self) -> None:
        super().__init__()
        self.reads = 0
        self.read_started = asyncio.Event()
        self.may_answer = asyncio.Event()
        self.may_answer.set()

    async def get(self, entity_id: UUID) -> Note | None:
        self.reads += 1
        note = await super().get(entity_id)
        self.read_started.set()
        await self.may_answer.wait()
        return note


class NoteRepository(EntityRepository[Note]):
    """Repository of `stored` in place of records of the store."""

    stored: StoredNotes

    def __init__(self, store: Store, _: RecordType[Note]) -> None:
        self._store = store

    async def add(self, entity: Note) -> None:
        await self.stored.add(entity)

    async def get(self, entity_id: UUID) -> Note | None:
        return await self.stored.get(entity_id)

    async def get_for_update(self, entity_id: UUID) -> Note | None:
        return await self.stored.get_for_update(entity_id)

    async def page(self, limit: int, after: UUID | None, owner_id: UUID | None) -> Page[Note]:
        return await self.stored.page(limit, after, owner_id)

    async def replace(self, entity: Note) -> None:
        await self.stored.replace(entity)

    async def remove(self, entity: Note) -> None:
        await self.stored.remove(entity)

    async def transfer_ownership(
        self, owner_id: UUID, new_owner_id: UUID, at: datetime
    ) -> Sequence[UUID]:
        return await self.stored.transfer_ownership(owner_id, new_owner_id, at)
