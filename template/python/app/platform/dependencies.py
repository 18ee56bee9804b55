"""What a module is built on: the parts that the composition root has chosen."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol, TypeVar

import sqlalchemy as sa

from app.kernel.access import AccessPolicy
from app.kernel.events import EventBus
from app.kernel.ports import Clock, Entity, IdGenerator, Repository, Transaction
from app.platform.persistence.sql.database import Database

EntityT = TypeVar("EntityT", bound=Entity)


class RepositoryFactory(Protocol):
    """Makes the repository of one kind of entity, which is kept in `table`."""

    def __call__(self, table: sa.Table, entity: type[EntityT]) -> Repository[EntityT]: ...


@dataclass(frozen=True, slots=True)
class Platform:
    """Ports with their adapters plugged in."""

    database: Database
    repository: RepositoryFactory
    access: AccessPolicy
    events: EventBus
    clock: Clock
    new_id: IdGenerator
    closing: list[Callable[[], Awaitable[None]]]
    """What to call when the service stops; whoever opens something adds how to close it."""

    @property
    def transaction(self) -> Transaction:
        return self.database.transaction
