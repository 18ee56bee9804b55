"""Dependencies that the composition root hands to each module."""

from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Protocol

from app.kernel.access import AccessPolicy
from app.kernel.events import EventBus
from app.kernel.ports import Clock, EntityT, IdGenerator, Repository, Transaction
from app.platform.persistence import RecordType, Store


class RepositoryFactory(Protocol):
    """Creates the repository of the entities of one record type."""

    def __call__(self, record_type: RecordType[EntityT]) -> Repository[EntityT]: ...


@dataclass(frozen=True, slots=True)
class Platform:
    """Adapters of the ports that modules depend on."""

    store: Store
    repository: RepositoryFactory
    access: AccessPolicy
    events: EventBus
    clock: Clock
    new_id: IdGenerator
    resources: AsyncExitStack
    """Closes what was opened, the last first. Opening something includes adding its `close`."""

    @property
    def transaction(self) -> Transaction:
        return self.store.transaction
