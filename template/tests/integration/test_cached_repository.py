"""What was read lately comes from the cache, but never what has changed since."""

import uuid
from dataclasses import dataclass, replace
from uuid import UUID

import pytest

from app.main import Service
from app.platform.cache.memory import MemoryCache
from app.platform.cache.repository import CachedRepository
from app.platform.persistence.database import Database
from tests import fakes


@dataclass(frozen=True)
class Thing:
    id: UUID
    owner_id: UUID
    version: int


class Setting:
    """A repository that can be changed behind the cache's back."""

    def __init__(self, database: Database) -> None:
        self.stored = fakes.InMemoryRepository[Thing]()
        self.cached = CachedRepository(self.stored, MemoryCache(60), database, "things")
        self.thing = Thing(uuid.uuid4(), fakes.ALICE.id, 1)

    async def read(self) -> Thing | None:
        return await self.cached.get(self.thing.id)


@pytest.fixture
def database(service: Service) -> Database:
    return service.platform.database


@pytest.fixture
async def setting(database: Database) -> Setting:
    setting = Setting(database)
    await setting.cached.add(setting.thing)
    assert await setting.read() == setting.thing
    return setting


async def test_a_second_read_asks_no_database(setting: Setting) -> None:
    setting.stored.entities.clear()

    assert await setting.read() == setting.thing
    assert (await setting.cached.page(20, None)).items == []


async def test_a_change_is_seen_at_once(setting: Setting) -> None:
    changed = replace(setting.thing, version=2)
    await setting.cached.replace(changed)
    assert await setting.read() == changed

    await setting.cached.remove(changed)
    assert await setting.read() is None


async def test_a_new_owner_is_seen_at_once(setting: Setting) -> None:
    setting.stored.entities[setting.thing.id] = changed = replace(setting.thing, version=2)
    setting.stored.owned = [setting.thing.id]

    await setting.cached.change_owner(fakes.ALICE.id, fakes.BOB.id, fakes.NOW)

    assert await setting.read() == changed


async def test_a_transaction_reads_past_the_cache(setting: Setting, database: Database) -> None:
    setting.stored.entities[setting.thing.id] = changed = replace(setting.thing, version=2)

    async with database.transaction():
        assert await setting.read() == changed
    assert await setting.read() == setting.thing


async def test_others_see_a_change_once_it_is_kept(setting: Setting, database: Database) -> None:
    changed = replace(setting.thing, version=2)

    async with database.transaction():
        await setting.cached.replace(changed)
        assert await setting.read() == changed
    assert await setting.read() == changed
