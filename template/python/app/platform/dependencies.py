"""Dependencies that the composition root hands to each module."""

from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Protocol, TypeVar

import sqlalchemy as sa

from app.kernel.access import AccessPolicy
from app.kernel.events import EventBus
from app.kernel.ports import Clock, Entity, IdGenerator, Repository, Transaction
from app.platform.persistence.sql.database import Database

EntityT = TypeVar("EntityT", bound=Entity)


class RepositoryFactory(Protocol):
    """Creates the repository of the entities in `table`."""

    def __call__(self, table: sa.Table, entity: type[EntityT]) -> Repository[EntityT]: ...


@dataclass(frozen=True, slots=True)
class Platform:
    """Adapters of the ports that modules depend on."""

    database: Database
    repository: RepositoryFactory
    access: AccessPolicy
    events: EventBus
    clock: Clock
    new_id: IdGenerator
    resources: AsyncExitStack
    """Closes what was opened, the last first. Opening something includes adding its `close`."""

    @property
    def transaction(self) -> Transaction:
        return self.database.transaction
