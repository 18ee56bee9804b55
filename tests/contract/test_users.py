"""Role-based access control and user management."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import httpx
import pytest

from .answers import Answers
from .api_clients import ApiClient
from .assertions import assert_problem, assert_status, json_body
from .resources import Resources

USERS = "/api/v1/users"


def _assign_role(admin: ApiClient, user_id: str, role: object) -> httpx.Response:
    return admin.put(f"{USERS}/{user_id}/role", json={"role": role})


def _current_role(client: ApiClient) -> str:
    role: str = json_body(client.get("/api/v1/me"))["role"]
    return role


@pytest.fixture
def roles(answers: Answers) -> list[str]:
    """Existing roles in ascending order of rights."""
    if answers.raw["authorization"] == "rbac":
        return ["viewer", "editor", "admin"]
    return ["member", "admin"]


# --- Rights --------------------------------------------------------------------------------------


def test_anonymous_resource_requests_return_401(
    anonymous: httpx.Client, resources: Resources
) -> None:
    item = resources.create()
    path = resources.path_of(item)
    body = resources.body()
    assert_problem(anonymous.get(resources.path), 401)
    assert_problem(anonymous.get(path), 401)
    assert_problem(anonymous.post(resources.path, json=body), 401)
    assert_problem(anonymous.post(resources.path, json={}), 401)
    assert_problem(anonymous.put(path, json=body, headers={"If-Match": resources.etag(item)}), 401)
    assert_problem(anonymous.delete(path), 401)
    assert resources.read(item) == item


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/v1/me"),
        ("GET", USERS),
        ("GET", f"{USERS}/{uuid4()}"),
        ("DELETE", f"{USERS}/{uuid4()}"),
    ],
)
def test_anonymous_user_requests_return_401(
    anonymous: httpx.Client, method: str, path: str
) -> None:
    assert_problem(anonymous.request(method, path), 401)


@pytest.mark.answers(authorization="rbac")
def test_viewer_reads_and_gets_403_for_writes(viewer: ApiClient, resources: Resources) -> None:
    item = resources.create()
    path, body = resources.path_of(item), resources.body()
    assert_status(viewer.get(resources.path), 200)
    assert_status(viewer.get(path), 200)
    assert_problem(resources.post(viewer, json=body), 403)
    assert_problem(viewer.put(path, json=body, headers={"If-Match": resources.etag(item)}), 403)
    assert_problem(viewer.delete(path), 403)
    assert resources.read(item) == item


@pytest.mark.answers(authorization="rbac")
def test_editor_reads_and_writes_and_gets_403_for_delete(
    editor: ApiClient, resources: Resources
) -> None:
    item = resources.create()
    path = resources.path_of(item)
    assert_status(editor.get(resources.path), 200)
    assert_status(editor.get(path), 200)
    resources.create(editor)
    headers = {"If-Match": resources.etag(item)}
    assert_status(editor.put(path, json=resources.body(), headers=headers), 200)
    assert_problem(editor.delete(path), 403)
    resources.get(item)


@pytest.mark.answers(authorization="rbac")
def test_admin_replaces_and_deletes_resource_of_editor(
    admin: ApiClient, editor: ApiClient, resources: Resources
) -> None:
    item = resources.create(editor)
    path = resources.path_of(item)
    headers = {"If-Match": resources.etag(item)}
    assert_status(admin.put(path, json=resources.body(), headers=headers), 200)
    assert_status(admin.delete(path), 204)


# --- User management -----------------------------------------------------------------------------


def test_me_returns_current_user(viewer: ApiClient, editor: ApiClient, admin: ApiClient) -> None:
    for client in (viewer, editor, admin):
        me = json_body(client.get("/api/v1/me"))
        assert me.keys() == {"id", "email", "role"}
        assert (me["id"], me["email"]) == (client.id, client.email)
        assert (me["role"] == "admin") == (client is admin)


@pytest.mark.parametrize("role", ["viewer", "editor"])
def test_user_management_by_non_admin_returns_403(
    request: pytest.FixtureRequest, role: str, admin: ApiClient
) -> None:
    client: ApiClient = request.getfixturevalue(role)
    assert_problem(client.get(USERS), 403)
    assert_problem(client.get(f"{USERS}/{admin.id}"), 403)
    before = _current_role(client)
    assert_problem(_assign_role(client, client.id, "admin"), 403)
    assert_problem(_assign_role(client, admin.id, before), 403)
    assert_problem(client.delete(f"{USERS}/{admin.id}"), 403)
    assert (_current_role(client), _current_role(admin)) == (before, "admin")


def test_user_list_is_paginated(admin: ApiClient, viewer: ApiClient, editor: ApiClient) -> None:
    found: dict[str, Any] = {}
    query: dict[str, Any] = {"limit": 2}
    while True:
        page = json_body(admin.get(USERS, params=query))
        assert page.keys() == {"items", "next_cursor"}
        assert len(page["items"]) <= query["limit"]
        for user in page["items"]:
            assert user["id"] not in found
            assert not [key for key in user if "password" in key or "hash" in key]
            found[user["id"]] = user
        if page["next_cursor"] is None:
            break
        query = {"limit": 100, "cursor": page["next_cursor"]}
    for client in (admin, viewer, editor):
        user = found[client.id]
        assert (user["email"], user["role"]) == (client.email, _current_role(client))


@pytest.mark.parametrize("query", [{"limit": 0}, {"limit": 101}, {"limit": "x"}, {"cursor": "?"}])
def test_invalid_user_list_query_returns_4xx(admin: ApiClient, query: dict[str, Any]) -> None:
    assert_problem(admin.get(USERS, params=query), 400, 422)


def test_get_user_returns_user_or_404_when_unknown(admin: ApiClient, viewer: ApiClient) -> None:
    user = json_body(admin.get(f"{USERS}/{viewer.id}"))
    assert (user["id"], user["email"], user["role"]) == (
        viewer.id,
        viewer.email,
        _current_role(viewer),
    )
    assert_problem(admin.get(f"{USERS}/{uuid4()}"), 404)
    assert_problem(admin.get(f"{USERS}/nonsense"), 400, 404, 422)
    assert_problem(admin.delete(f"{USERS}/{uuid4()}"), 404)


def test_assigned_role_is_returned_and_effective(
    admin: ApiClient, disposable_user: ApiClient, roles: list[str]
) -> None:
    for role in ("admin", *roles, *reversed(roles), roles[0]):
        user = json_body(_assign_role(admin, disposable_user.id, role))
        assert (user["id"], user["email"], user["role"]) == (
            disposable_user.id,
            disposable_user.email,
            role,
        )
        assert _current_role(disposable_user) == role
    assert_problem(_assign_role(admin, str(uuid4()), roles[0]), 404)


def test_unknown_role_returns_422(
    admin: ApiClient, disposable_user: ApiClient, roles: list[str]
) -> None:
    before = _current_role(disposable_user)
    all_known = {"admin", "editor", "member", "viewer"}
    for role in (*sorted(all_known - set(roles)), "owner", "", "ADMIN", None, 1, ["admin"]):
        assert_problem(_assign_role(admin, disposable_user.id, role), 422)
        assert _current_role(disposable_user) == before, role


@pytest.mark.answers(authorization="rbac")
def test_role_change_takes_effect_immediately(
    admin: ApiClient, disposable_user: ApiClient, sample_resources: Resources
) -> None:
    sample_resources.create(disposable_user)
    json_body(_assign_role(admin, disposable_user.id, "viewer"))
    assert_problem(sample_resources.post(disposable_user, json=sample_resources.body()), 403)
    assert_status(disposable_user.get(sample_resources.path), 200)
    json_body(_assign_role(admin, disposable_user.id, "admin"))
    assert_status(
        disposable_user.delete(sample_resources.path_of(sample_resources.create(disposable_user))),
        204,
    )
    json_body(_assign_role(admin, disposable_user.id, "editor"))
    assert_problem(disposable_user.get(USERS), 403)


def test_admin_demoting_or_deleting_self_returns_409(
    admin: ApiClient, second_admin: ApiClient, roles: list[str]
) -> None:
    assert_problem(_assign_role(second_admin, second_admin.id, roles[0]), 409)
    assert_problem(second_admin.delete(f"{USERS}/{second_admin.id}"), 409)
    assert _current_role(second_admin) == "admin"
    json_body(_assign_role(admin, second_admin.id, roles[0]))
    assert _current_role(second_admin) == roles[0]
    assert_problem(second_admin.get(USERS), 403)


def test_deleted_user_gets_401_immediately(
    admin: ApiClient, disposable_user: ApiClient, anonymous: httpx.Client
) -> None:
    token = disposable_user.headers()
    assert_status(disposable_user.get("/api/v1/me"), 200)
    response = assert_status(admin.delete(f"{USERS}/{disposable_user.id}"), 204)
    assert response.content == b""
    assert_problem(anonymous.get("/api/v1/me", headers=token), 401)
    assert_problem(admin.get(f"{USERS}/{disposable_user.id}"), 404)
    assert_problem(admin.delete(f"{USERS}/{disposable_user.id}"), 404)


def test_resources_of_deleted_user_are_transferred_to_deleting_admin(
    admin: ApiClient, editor: ApiClient, disposable_user: ApiClient, resources: Resources
) -> None:
    owned = [resources.create(disposable_user), resources.create(disposable_user)]
    other = resources.create(editor)
    assert {resources.read(item)["owner_id"] for item in owned} == {disposable_user.id}
    assert_status(admin.delete(f"{USERS}/{disposable_user.id}"), 204)
    for before in owned:
        after = resources.read(before)
        assert after["owner_id"] == admin.id
        fields = resources.entity.keys - {"owner_id", "updated_at", "version"}
        assert {key: after[key] for key in fields} == {key: before[key] for key in fields}
    assert resources.read(other)["owner_id"] == editor.id
    headers = {"If-Match": resources.etag(owned[0])}
    assert_status(
        admin.put(resources.path_of(owned[0]), json=resources.body(), headers=headers), 200
    )
