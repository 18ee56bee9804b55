"""Deadlocks: the database aborts one of the transactions, which the caller may retry."""

import asyncio

import pytest

from app.kernel.errors import Unavailable
from app.main import Service
from app.modules.identity.domain.user import User
from app.modules.identity.infrastructure.user import StoredUserRepository
from app.platform.authorization import DEFAULT_ROLE
from tests import fakes


async def test_deadlock_fails_one_transaction_with_unavailable(service: Service) -> None:
    store, new_id = service.platform.store, service.platform.new_id
    users = StoredUserRepository(store)
    ann, bob = (
        User.new(id=new_id(), email=f"{name}@example.com", role=DEFAULT_ROLE, now=fakes.NOW)
        for name in ("ann", "bob")
    )
    await users.add(ann)
    await users.add(bob)
    both_hold_one = asyncio.Barrier(2)

    async def lock(first: User, second: User) -> None:
        async with store.transaction():
            await users.get_for_update(first.id)
            await both_hold_one.wait()
            await users.get_for_update(second.id)

    outcomes = await asyncio.gather(lock(ann, bob), lock(bob, ann), return_exceptions=True)

    failures = [outcome for outcome in outcomes if outcome is not None]
    assert len(failures) == 1
    with pytest.raises(Unavailable):
        raise failures[0]
