"""Rights that follow from whose a thing is."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from .callers import Caller, Identities
from .checks import answered, body_of, problem
from .things import Things

pytestmark = pytest.mark.answers(authorization="abac")

USERS = "/api/v1/users"


@pytest.fixture(scope="module")
def owner(identities: Identities, admin: Caller) -> Iterator[Caller]:
    """Somebody who owns things."""
    caller = identities.new("member")
    yield caller
    answered(admin.delete(f"{USERS}/{caller.id}"), 204)


@pytest.fixture(scope="module")
def another(identities: Identities, admin: Caller) -> Iterator[Caller]:
    """Somebody else, who owns none of them."""
    caller = identities.new("member")
    yield caller
    answered(admin.delete(f"{USERS}/{caller.id}"), 204)


def _give(admin: Caller, user: Caller, role: object) -> httpx.Response:
    return admin.put(f"{USERS}/{user.id}/role", json={"role": role})


def test_whoever_is_new_is_a_member(owner: Caller) -> None:
    assert body_of(owner.get("/api/v1/me"))["role"] == "member"


def test_everybody_makes_things_and_reads_all(
    owner: Caller, another: Caller, admin: Caller, things: Things
) -> None:
    made = {caller.id: things.create(caller) for caller in (owner, another, admin)}
    assert {id_: item["owner_id"] for id_, item in made.items()} == {id_: id_ for id_ in made}
    for caller in (owner, another, admin):
        for item in made.values():
            assert body_of(caller.get(things.at(item))) == item
    after = things.near_the_end()
    query = {"limit": 100} | ({} if after is None else {"cursor": after})
    lists = [body_of(caller.get(things.path, params=query)) for caller in (owner, another, admin)]
    assert lists[0] == lists[1] == lists[2]


def test_an_owner_changes_and_deletes(owner: Caller, things: Things) -> None:
    item = things.create(owner)
    path, body = things.at(item), things.body()
    after = body_of(owner.put(path, json=body, headers={"If-Match": things.etag(item)}))
    assert (after["owner_id"], after["version"]) == (owner.id, item["version"] + 1)
    problem(owner.put(path, json=body, headers={"If-Match": '"stale"'}), 412)
    problem(owner.put(path, json=body), 428)
    problem(owner.delete(path, headers={"If-Match": '"stale"'}), 412)
    answered(owner.delete(path), 204)
    problem(owner.get(path), 404)


def test_others_change_and_delete_nothing(
    owner: Caller, another: Caller, admin: Caller, things: Things
) -> None:
    for item in (things.create(owner), things.create(admin)):
        path, body = things.at(item), things.body()
        right, stale = {"If-Match": things.etag(item)}, {"If-Match": '"stale"'}
        for headers in (right, stale, {"If-Match": "*"}):
            # That they may not comes first: what the version is, is none of their business.
            problem(another.put(path, json=body, headers=headers), 403)
            problem(another.delete(path, headers=headers), 403)
        problem(another.delete(path), 403)
        problem(another.put(path, json=item, headers=right), 422)
        assert things.read(item) == item


def test_nobody_makes_themself_the_owner(
    owner: Caller, another: Caller, admin: Caller, things: Things
) -> None:
    problem(things.post(another, json=things.body(owner_id=owner.id)), 422)
    item = things.create(owner)
    body = things.body(owner_id=another.id)
    for caller in (owner, admin, another):
        headers = {"If-Match": things.etag(item)}
        problem(caller.put(things.at(item), json=body, headers=headers), 422)
    assert things.read(item) == item


def test_an_admin_does_everything(owner: Caller, admin: Caller, things: Things) -> None:
    item = things.create(owner)
    path = things.at(item)
    headers = {"If-Match": things.etag(item)}
    after = body_of(admin.put(path, json=things.body(), headers=headers))
    assert after["owner_id"] == owner.id
    answered(admin.delete(path), 204)
    problem(owner.get(path), 404)


def test_a_changed_role_counts_at_once(
    admin: Caller, owner: Caller, newcomer: Caller, some_things: Things
) -> None:
    first, second = some_things.create(owner), some_things.create(owner)
    problem(newcomer.delete(some_things.at(first)), 403)
    body_of(_give(admin, newcomer, "admin"))
    answered(newcomer.delete(some_things.at(first)), 204)
    body_of(_give(admin, newcomer, "member"))
    problem(newcomer.delete(some_things.at(second)), 403)


def test_what_was_handed_over_is_the_new_owners_alone(
    admin: Caller, newcomer: Caller, second_admin: Caller, some_things: Things
) -> None:
    item = some_things.create(newcomer)
    answered(second_admin.delete(f"{USERS}/{newcomer.id}"), 204)
    assert some_things.read(item)["owner_id"] == second_admin.id
    body_of(_give(admin, second_admin, "member"))
    headers = {"If-Match": some_things.etag(item)}
    path = some_things.at(item)
    answered(second_admin.put(path, json=some_things.body(), headers=headers), 200)
    answered(second_admin.delete(path), 204)


def test_what_is_not_there_is_not_there_for_anybody(
    owner: Caller, admin: Caller, things: Things
) -> None:
    item = things.create(owner)
    answered(owner.delete(things.at(item)), 204)
    for caller in (owner, admin):
        problem(caller.get(things.at(item)), 404)
        problem(caller.delete(things.at(item)), 404)
