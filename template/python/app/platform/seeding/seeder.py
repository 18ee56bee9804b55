"""Seeder: fills the database with sample entities."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

from app.kernel.ports import Clock, IdGenerator
from app.platform.persistence import RecordType, Store
from app.platform.seeding.samples import Sample, ceiling, has_sequence, sample

# Batch by batch: what an interrupted run has added counts the next time.
BATCH_SIZE = 5000


class Seeder:
    """Adds sample entities that all belong to one user."""

    def __init__(self, store: Store, clock: Clock, new_id: IdGenerator, owner_id: UUID) -> None:
        self._store = store
        self._clock = clock
        self._new_id = new_id
        self._owner_id = owner_id

    def entity_types(self) -> list[RecordType[Any]]:
        """Return the record types of entities."""
        types = self._store.record_types
        return [each for each in types if any(field.name == "owner_id" for field in each.fields)]

    async def missing(self, record_type: RecordType[Any], count: int) -> int:
        """Return how many entities the owner lacks of `count`."""
        owned = await self._store.records(record_type).count(owner_id=self._owner_id)
        return max(0, count - owned)

    async def fill(self, record_type: RecordType[Any], count: int) -> AsyncIterator[int]:
        """Add `count` entities; yield how many were just added."""
        now = self._clock()
        common = {"owner_id": self._owner_id, "created_at": now, "updated_at": now, "version": 1}
        samples = await self._samples(record_type, skip={"id", *common})
        records = self._store.records(record_type)
        for first in range(0, count, BATCH_SIZE):
            batch = [
                record_type.record(
                    id=self._new_id(),
                    **common,
                    **{name: values(number) for name, values in samples.items()},
                )
                for number in range(first, min(first + BATCH_SIZE, count))
            ]
            await records.import_many(batch)
            yield len(batch)

    async def _samples(self, record_type: RecordType[Any], skip: set[str]) -> dict[str, Sample]:
        now, records = self._clock(), self._store.records(record_type)
        samples = {}
        for field in record_type.fields:
            if field.name not in skip:
                highest = None
                if has_sequence(field):
                    highest = await records.highest(field.name, below=ceiling(field))
                samples[field.name] = sample(field, record_type.name, now, highest)
        return samples
