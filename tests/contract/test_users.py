"""Who may do what, and how administrators manage people."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import httpx
import pytest

from .answers import Answers
from .callers import Caller
from .checks import answered, body_of, problem
from .things import Things

USERS = "/api/v1/users"


def _set_role(admin: Caller, user_id: str, role: object) -> httpx.Response:
    return admin.put(f"{USERS}/{user_id}/role", json={"role": role})


def _role(caller: Caller) -> str:
    role: str = body_of(caller.get("/api/v1/me"))["role"]
    return role


@pytest.fixture
def roles(answers: Answers) -> list[str]:
    """The roles there are, from the least to the most."""
    if answers.raw["authorization"] == "rbac":
        return ["viewer", "editor", "admin"]
    return ["member", "admin"]


# --- Rights --------------------------------------------------------------------------------------


def test_nothing_is_open_to_the_anonymous(anonymous: httpx.Client, things: Things) -> None:
    item = things.create()
    path = things.at(item)
    body = things.body()
    problem(anonymous.get(things.path), 401)
    problem(anonymous.get(path), 401)
    problem(anonymous.post(things.path, json=body), 401)
    problem(anonymous.post(things.path, json={}), 401)
    problem(anonymous.put(path, json=body, headers={"If-Match": things.etag(item)}), 401)
    problem(anonymous.delete(path), 401)
    assert things.read(item) == item


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/v1/me"),
        ("GET", USERS),
        ("GET", f"{USERS}/{uuid4()}"),
        ("DELETE", f"{USERS}/{uuid4()}"),
    ],
)
def test_people_are_hidden_from_the_anonymous(
    anonymous: httpx.Client, method: str, path: str
) -> None:
    problem(anonymous.request(method, path), 401)


@pytest.mark.answers(authorization="rbac")
def test_a_viewer_only_reads(viewer: Caller, things: Things) -> None:
    item = things.create()
    path, body = things.at(item), things.body()
    answered(viewer.get(things.path), 200)
    answered(viewer.get(path), 200)
    problem(things.post(viewer, json=body), 403)
    problem(viewer.put(path, json=body, headers={"If-Match": things.etag(item)}), 403)
    problem(viewer.delete(path), 403)
    assert things.read(item) == item


@pytest.mark.answers(authorization="rbac")
def test_an_editor_also_writes(editor: Caller, things: Things) -> None:
    item = things.create()
    path = things.at(item)
    answered(editor.get(things.path), 200)
    answered(editor.get(path), 200)
    things.create(editor)
    headers = {"If-Match": things.etag(item)}
    answered(editor.put(path, json=things.body(), headers=headers), 200)
    problem(editor.delete(path), 403)
    things.get(item)


@pytest.mark.answers(authorization="rbac")
def test_an_admin_does_everything(admin: Caller, editor: Caller, things: Things) -> None:
    item = things.create(editor)
    path = things.at(item)
    headers = {"If-Match": things.etag(item)}
    answered(admin.put(path, json=things.body(), headers=headers), 200)
    answered(admin.delete(path), 204)


# --- Managing people -----------------------------------------------------------------------------


def test_me(viewer: Caller, editor: Caller, admin: Caller) -> None:
    for caller in (viewer, editor, admin):
        me = body_of(caller.get("/api/v1/me"))
        assert me.keys() == {"id", "email", "role"}
        assert (me["id"], me["email"]) == (caller.id, caller.email)
        assert (me["role"] == "admin") == (caller is admin)


@pytest.mark.parametrize("who", ["viewer", "editor"])
def test_only_an_admin_manages_people(
    request: pytest.FixtureRequest, who: str, admin: Caller
) -> None:
    caller: Caller = request.getfixturevalue(who)
    problem(caller.get(USERS), 403)
    problem(caller.get(f"{USERS}/{admin.id}"), 403)
    before = _role(caller)
    problem(_set_role(caller, caller.id, "admin"), 403)
    problem(_set_role(caller, admin.id, before), 403)
    problem(caller.delete(f"{USERS}/{admin.id}"), 403)
    assert (_role(caller), _role(admin)) == (before, "admin")


def test_people_are_listed_in_pages(admin: Caller, viewer: Caller, editor: Caller) -> None:
    found: dict[str, Any] = {}
    query: dict[str, Any] = {"limit": 2}
    while True:
        page = body_of(admin.get(USERS, params=query))
        assert page.keys() == {"items", "next_cursor"}
        assert len(page["items"]) <= query["limit"]
        for user in page["items"]:
            assert user["id"] not in found
            assert not [key for key in user if "password" in key or "hash" in key]
            found[user["id"]] = user
        if page["next_cursor"] is None:
            break
        query = {"limit": 100, "cursor": page["next_cursor"]}
    for caller in (admin, viewer, editor):
        user = found[caller.id]
        assert (user["email"], user["role"]) == (caller.email, _role(caller))


@pytest.mark.parametrize("query", [{"limit": 0}, {"limit": 101}, {"limit": "x"}, {"cursor": "?"}])
def test_a_bad_page_of_people(admin: Caller, query: dict[str, Any]) -> None:
    problem(admin.get(USERS, params=query), 400, 422)


def test_one_person(admin: Caller, viewer: Caller) -> None:
    user = body_of(admin.get(f"{USERS}/{viewer.id}"))
    assert (user["id"], user["email"], user["role"]) == (viewer.id, viewer.email, _role(viewer))
    problem(admin.get(f"{USERS}/{uuid4()}"), 404)
    problem(admin.get(f"{USERS}/nobody"), 400, 404, 422)
    problem(admin.delete(f"{USERS}/{uuid4()}"), 404)


def test_a_role_is_given(admin: Caller, newcomer: Caller, roles: list[str]) -> None:
    for role in ("admin", *roles, *reversed(roles), roles[0]):
        user = body_of(_set_role(admin, newcomer.id, role))
        assert (user["id"], user["email"], user["role"]) == (newcomer.id, newcomer.email, role)
        assert _role(newcomer) == role
    problem(_set_role(admin, str(uuid4()), roles[0]), 404)


def test_there_are_no_other_roles(admin: Caller, newcomer: Caller, roles: list[str]) -> None:
    before = _role(newcomer)
    all_known = {"admin", "editor", "member", "viewer"}
    for role in (*sorted(all_known - set(roles)), "owner", "", "ADMIN", None, 1, ["admin"]):
        problem(_set_role(admin, newcomer.id, role), 422)
        assert _role(newcomer) == before, role


@pytest.mark.answers(authorization="rbac")
def test_a_changed_role_counts_at_once(
    admin: Caller, newcomer: Caller, some_things: Things
) -> None:
    some_things.create(newcomer)
    body_of(_set_role(admin, newcomer.id, "viewer"))
    problem(some_things.post(newcomer, json=some_things.body()), 403)
    answered(newcomer.get(some_things.path), 200)
    body_of(_set_role(admin, newcomer.id, "admin"))
    answered(newcomer.delete(some_things.at(some_things.create(newcomer))), 204)
    body_of(_set_role(admin, newcomer.id, "editor"))
    problem(newcomer.get(USERS), 403)


def test_an_admin_stays_one_until_another_says_otherwise(
    admin: Caller, second_admin: Caller, roles: list[str]
) -> None:
    problem(_set_role(second_admin, second_admin.id, roles[0]), 409)
    problem(second_admin.delete(f"{USERS}/{second_admin.id}"), 409)
    assert _role(second_admin) == "admin"
    body_of(_set_role(admin, second_admin.id, roles[0]))
    assert _role(second_admin) == roles[0]
    problem(second_admin.get(USERS), 403)


def test_who_is_deleted_is_out_at_once(
    admin: Caller, newcomer: Caller, anonymous: httpx.Client
) -> None:
    token = newcomer.headers()
    answered(newcomer.get("/api/v1/me"), 200)
    response = answered(admin.delete(f"{USERS}/{newcomer.id}"), 204)
    assert response.content == b""
    problem(anonymous.get("/api/v1/me", headers=token), 401)
    problem(admin.get(f"{USERS}/{newcomer.id}"), 404)
    problem(admin.delete(f"{USERS}/{newcomer.id}"), 404)


def test_what_the_deleted_owned_goes_to_who_deleted_them(
    admin: Caller, editor: Caller, newcomer: Caller, things: Things
) -> None:
    theirs = [things.create(newcomer), things.create(newcomer)]
    not_theirs = things.create(editor)
    assert {things.read(item)["owner_id"] for item in theirs} == {newcomer.id}
    answered(admin.delete(f"{USERS}/{newcomer.id}"), 204)
    for before in theirs:
        after = things.read(before)
        assert after["owner_id"] == admin.id
        fields = things.entity.keys - {"owner_id", "updated_at", "version"}
        assert {key: after[key] for key in fields} == {key: before[key] for key in fields}
    assert things.read(not_theirs)["owner_id"] == editor.id
    headers = {"If-Match": things.etag(theirs[0])}
    answered(admin.put(things.at(theirs[0]), json=things.body(), headers=headers), 200)
