"""Attribute-based access control: rights that depend on the owner of a resource."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from .api_clients import ApiClient, ApiClientFactory
from .assertions import assert_problem, assert_status, json_body
from .resources import Resources

pytestmark = pytest.mark.answers(authorization="abac")

USERS = "/api/v1/users"


@pytest.fixture(scope="module")
def owner(client_factory: ApiClientFactory, admin: ApiClient) -> Iterator[ApiClient]:
    """Client of a member who owns resources."""
    client = client_factory.create("member")
    yield client
    assert_status(admin.delete(f"{USERS}/{client.id}"), 204)


@pytest.fixture(scope="module")
def other_member(client_factory: ApiClientFactory, admin: ApiClient) -> Iterator[ApiClient]:
    """Client of another member, who owns none of them."""
    client = client_factory.create("member")
    yield client
    assert_status(admin.delete(f"{USERS}/{client.id}"), 204)


def _assign_role(admin: ApiClient, user: ApiClient, role: object) -> httpx.Response:
    return admin.put(f"{USERS}/{user.id}/role", json={"role": role})


def test_new_user_has_role_member(owner: ApiClient) -> None:
    assert json_body(owner.get("/api/v1/me"))["role"] == "member"


def test_every_user_creates_resources_and_reads_all(
    owner: ApiClient, other_member: ApiClient, admin: ApiClient, resources: Resources
) -> None:
    created = {client.id: resources.create(client) for client in (owner, other_member, admin)}
    assert {id_: item["owner_id"] for id_, item in created.items()} == {id_: id_ for id_ in created}
    for client in (owner, other_member, admin):
        for item in created.values():
            assert json_body(client.get(resources.path_of(item))) == item
    after = resources.cursor_near_end()
    query = {"limit": 100} | ({} if after is None else {"cursor": after})
    lists = [
        json_body(client.get(resources.path, params=query))
        for client in (owner, other_member, admin)
    ]
    assert lists[0] == lists[1] == lists[2]


def test_owner_replaces_and_deletes_own_resource(owner: ApiClient, resources: Resources) -> None:
    item = resources.create(owner)
    path, body = resources.path_of(item), resources.body()
    after = json_body(owner.put(path, json=body, headers={"If-Match": resources.etag(item)}))
    assert (after["owner_id"], after["version"]) == (owner.id, item["version"] + 1)
    assert_problem(owner.put(path, json=body, headers={"If-Match": '"stale"'}), 412)
    assert_problem(owner.put(path, json=body), 428)
    assert_problem(owner.delete(path, headers={"If-Match": '"stale"'}), 412)
    assert_status(owner.delete(path), 204)
    assert_problem(owner.get(path), 404)


def test_write_by_non_owner_returns_403(
    owner: ApiClient, other_member: ApiClient, admin: ApiClient, resources: Resources
) -> None:
    for item in (resources.create(owner), resources.create(admin)):
        path, body = resources.path_of(item), resources.body()
        current, stale = {"If-Match": resources.etag(item)}, {"If-Match": '"stale"'}
        for headers in (current, stale, {"If-Match": "*"}):
            # Authorization precedes the precondition, so that a 412 does not reveal the version.
            assert_problem(other_member.put(path, json=body, headers=headers), 403)
            assert_problem(other_member.delete(path, headers=headers), 403)
        assert_problem(other_member.delete(path), 403)
        assert_problem(other_member.put(path, json=item, headers=current), 422)
        assert resources.read(item) == item


def test_owner_id_in_body_returns_422(
    owner: ApiClient, other_member: ApiClient, admin: ApiClient, resources: Resources
) -> None:
    assert_problem(resources.post(other_member, json=resources.body(owner_id=owner.id)), 422)
    item = resources.create(owner)
    body = resources.body(owner_id=other_member.id)
    for client in (owner, admin, other_member):
        headers = {"If-Match": resources.etag(item)}
        assert_problem(client.put(resources.path_of(item), json=body, headers=headers), 422)
    assert resources.read(item) == item


def test_admin_replaces_and_deletes_resource_of_other_owner(
    owner: ApiClient, admin: ApiClient, resources: Resources
) -> None:
    item = resources.create(owner)
    path = resources.path_of(item)
    headers = {"If-Match": resources.etag(item)}
    after = json_body(admin.put(path, json=resources.body(), headers=headers))
    assert after["owner_id"] == owner.id
    assert_status(admin.delete(path), 204)
    assert_problem(owner.get(path), 404)


def test_role_change_takes_effect_immediately(
    admin: ApiClient, owner: ApiClient, disposable_user: ApiClient, sample_resources: Resources
) -> None:
    first, second = sample_resources.create(owner), sample_resources.create(owner)
    assert_problem(disposable_user.delete(sample_resources.path_of(first)), 403)
    json_body(_assign_role(admin, disposable_user, "admin"))
    assert_status(disposable_user.delete(sample_resources.path_of(first)), 204)
    json_body(_assign_role(admin, disposable_user, "member"))
    assert_problem(disposable_user.delete(sample_resources.path_of(second)), 403)


def test_transferred_resource_is_writable_by_new_owner(
    admin: ApiClient,
    disposable_user: ApiClient,
    second_admin: ApiClient,
    sample_resources: Resources,
) -> None:
    item = sample_resources.create(disposable_user)
    assert_status(second_admin.delete(f"{USERS}/{disposable_user.id}"), 204)
    assert sample_resources.read(item)["owner_id"] == second_admin.id
    json_body(_assign_role(admin, second_admin, "member"))
    headers = {"If-Match": sample_resources.etag(item)}
    path = sample_resources.path_of(item)
    assert_status(second_admin.put(path, json=sample_resources.body(), headers=headers), 200)
    assert_status(second_admin.delete(path), 204)


def test_deleted_resource_returns_404_to_owner_and_admin(
    owner: ApiClient, admin: ApiClient, resources: Resources
) -> None:
    item = resources.create(owner)
    assert_status(owner.delete(resources.path_of(item)), 204)
    for client in (owner, admin):
        assert_problem(client.get(resources.path_of(item)), 404)
        assert_problem(client.delete(resources.path_of(item)), 404)
