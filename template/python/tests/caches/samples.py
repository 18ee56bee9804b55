"""What the tests keep in the cache, and where it comes from."""

import asyncio
import secrets
import uuid
from dataclasses import dataclass
from typing import NoReturn
from uuid import UUID

from app.kernel.errors import Unavailable
from tests import fakes

TTL_SECONDS = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """As small as an entity can be."""

    id: UUID
    owner_id: UUID
    version: int


def new_thing() -> Thing:
    return Thing(id=uuid.uuid4(), owner_id=fakes.ALICE.id, version=1)


def new_kind() -> str:
    """A name that no other run uses: several may share one server."""
    return f"test:{secrets.token_hex(4)}"


class Away:
    """A cache that does not answer."""

    async def fail(self, *_: object) -> NoReturn:
        raise Unavailable("The cache does not answer.")

    get = set = add = swap = ping = fail

    async def delete(self, key: str) -> None: ...

    async def close(self) -> None: ...


class Stored(fakes.InMemoryRepository[Thing]):
    """The database: notes how often it is asked for one thing, and may be made to wait."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = 0
        self.waited_for = asyncio.Event()
        self.open = asyncio.Event()
        self.open.set()

    async def get(self, entity_id: UUID) -> Thing | None:
        self.asked += 1
        thing = await super().get(entity_id)
        self.waited_for.set()
        await self.open.wait()
        return thing
