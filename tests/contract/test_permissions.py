"""Rights that administrators grant to each user."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest

from .callers import Caller, Identities
from .checks import answered, body_of, problem
from .things import Things

pytestmark = pytest.mark.answers(authorization="permissions")

USERS = "/api/v1/users"
MINE = "/api/v1/me/permissions"
ACTIONS = ("read", "write", "delete", "manage")


@pytest.fixture(scope="module")
def member(identities: Identities, admin: Caller) -> Iterator[Caller]:
    """Somebody who is no administrator."""
    caller = identities.new("member")
    yield caller
    answered(admin.delete(f"{USERS}/{caller.id}"), 204)


@pytest.fixture
def somebody(member: Caller, admin: Caller) -> Caller:
    """Somebody who was granted nothing."""
    body_of(_put(admin, member))
    return member


def _kind(things: Things) -> str:
    return things.path.rpartition("/")[2]


def _at(user: Caller) -> str:
    return f"{USERS}/{user.id}/permissions"


def _put(by: Caller, user: Caller, *permissions: object) -> httpx.Response:
    return by.put(_at(user), json={"permissions": list(permissions)})


def _granted(caller: Caller) -> list[str]:
    content = body_of(caller.get(MINE))
    assert content.keys() == {"permissions"}
    granted: list[str] = content["permissions"]
    return granted


def _tried(caller: Caller, things: Things) -> dict[str, bool]:
    """Which actions on things somebody may do; nothing else comes of one than 403."""
    item = things.create()
    path, tagged = things.at(item), {"If-Match": things.etag(item)}
    tried = {
        "read": [caller.get(things.path), caller.get(path)],
        "write": [
            things.post(caller, json=things.body()),
            caller.put(path, json=things.body(), headers=tagged),
        ],
        "delete": [caller.delete(path)],
        "manage": [caller.get(USERS)],
    }
    may = {}
    for action, responses in tried.items():
        for response in responses:
            if response.is_error:
                problem(response, 403)
        (may[action],) = {response.is_success for response in responses}
    return may


def test_whoever_is_new_may_do_nothing(
    identities: Identities, admin: Caller, some_things: Things
) -> None:
    somebody = identities.new("member")
    assert body_of(somebody.get("/api/v1/me"))["role"] == "member"
    assert _granted(somebody) == []
    assert _tried(somebody, some_things) == dict.fromkeys(ACTIONS, False)
    answered(admin.delete(f"{USERS}/{somebody.id}"), 204)


@pytest.mark.parametrize("action", ACTIONS)
def test_a_permission_is_for_one_action(
    admin: Caller, somebody: Caller, things: Things, action: str
) -> None:
    body_of(_put(admin, somebody, f"{_kind(things)}:{action}"))
    # A kind of things has nothing to manage.
    assert _tried(somebody, things) == {each: each == action != "manage" for each in ACTIONS}


@pytest.mark.parametrize("action", ACTIONS)
def test_a_permission_may_be_for_every_kind(
    admin: Caller, somebody: Caller, some_things: Things, action: str
) -> None:
    body_of(_put(admin, somebody, f"*:{action}"))
    assert _tried(somebody, some_things) == {each: each == action for each in ACTIONS}


def test_a_permission_is_for_one_kind(admin: Caller, somebody: Caller, some_things: Things) -> None:
    kind = _kind(some_things)
    others = [f"{other}:{action}" for action in ACTIONS for other in (f"{kind}x", f"x{kind}")]
    body_of(_put(admin, somebody, *others, f"{kind[:-1]}:read"))
    assert _tried(somebody, some_things) == dict.fromkeys(ACTIONS, False)


def test_an_owner_has_no_more_rights(admin: Caller, somebody: Caller, some_things: Things) -> None:
    kind = _kind(some_things)
    body_of(_put(admin, somebody, f"{kind}:write"))
    item = some_things.create(somebody)
    assert item["owner_id"] == somebody.id
    problem(somebody.get(some_things.at(item)), 403)
    problem(somebody.delete(some_things.at(item)), 403)
    # Nor has anybody else fewer.
    theirs = some_things.create(admin)
    body_of(_put(admin, somebody, f"{kind}:delete"))
    answered(somebody.delete(some_things.at(theirs)), 204)


def test_what_is_granted_and_taken_back_counts_at_once(
    admin: Caller, somebody: Caller, some_things: Things
) -> None:
    right = f"{_kind(some_things)}:read"
    for _ in range(2):
        body_of(_put(admin, somebody, right))
        answered(somebody.get(some_things.path), 200)
        body_of(_put(admin, somebody))
        problem(somebody.get(some_things.path), 403)


def test_a_grant_says_all_that_somebody_has(admin: Caller, somebody: Caller) -> None:
    first = body_of(_put(admin, somebody, "products:write", "*:read", "products:write"))
    assert sorted(first["permissions"]) == ["*:read", "products:write"]
    assert sorted(_granted(somebody)) == sorted(first["permissions"])
    assert body_of(admin.get(_at(somebody))) == first
    body_of(_put(admin, somebody, "things_not_yet-made:delete"))
    assert _granted(somebody) == ["things_not_yet-made:delete"]
    body_of(_put(admin, somebody))
    assert _granted(somebody) == []


@pytest.mark.parametrize(
    "bad",
    [
        "",
        "*",
        "*:*",
        "products",
        "products:",
        ":read",
        "products:fly",
        "products:READ",
        "Products:read",
        "products:read ",
        "products:read\n",
        "pro ducts:read",
        "*products:read",
        "products:read,products:write",
        "products;--:read",
        "\N{KEY}:read",
        f"{'x' * 100}:read",
        None,
        1,
        ["products:read"],
    ],
)
def test_what_is_no_permission_is_refused(admin: Caller, somebody: Caller, bad: Any) -> None:
    body_of(_put(admin, somebody, "*:read"))
    problem(_put(admin, somebody, "*:write", bad), 422)
    assert _granted(somebody) == ["*:read"]


@pytest.mark.parametrize(
    "body",
    [{}, {"permissions": None}, {"permissions": "*:read"}, {"permissions": [], "role": "admin"}],
)
def test_what_is_no_grant_is_refused(admin: Caller, somebody: Caller, body: Any) -> None:
    body_of(_put(admin, somebody, "*:read"))
    problem(admin.put(_at(somebody), json=body), 422)
    assert _granted(somebody) == ["*:read"]


def test_a_grant_has_its_limit(admin: Caller, somebody: Caller) -> None:
    many = [f"kind-{number}:read" for number in range(1001)]
    problem(_put(admin, somebody, *many), 422)
    assert len(body_of(_put(admin, somebody, *many[:1000]))["permissions"]) == 1000
    assert sorted(_granted(somebody)) == sorted(many[:1000])


# --- Who grants ----------------------------------------------------------------------------------


def test_nobody_grants_without_a_right(
    anonymous: httpx.Client, admin: Caller, somebody: Caller, editor: Caller
) -> None:
    problem(anonymous.get(MINE), 401)
    problem(anonymous.get(_at(somebody)), 401)
    problem(anonymous.put(_at(somebody), json={"permissions": []}), 401)
    everything = [f"*:{action}" for action in ACTIONS]
    enough_for_things = [f"*:{action}" for action in ACTIONS if action != "manage"]
    body_of(_put(admin, somebody, *enough_for_things, "products:manage", "api-keys:manage"))
    before = _granted(somebody), _granted(editor)
    for target in (somebody, editor):
        problem(_put(somebody, target, *everything), 403)
        problem(somebody.get(_at(target)), 403)
    problem(somebody.put(f"{USERS}/{somebody.id}/role", json={"role": "admin"}), 403)
    assert (_granted(somebody), _granted(editor)) == before


@pytest.mark.parametrize("right", ["users:manage", "*:manage"])
def test_whoever_manages_users_grants(
    admin: Caller, somebody: Caller, newcomer: Caller, right: str
) -> None:
    body_of(_put(admin, somebody, right))
    body_of(_put(somebody, newcomer, "products:read"))
    assert _granted(newcomer) == ["products:read"]
    assert body_of(somebody.get(_at(newcomer))) == {"permissions": ["products:read"]}
    body_of(_put(admin, somebody))
    problem(_put(somebody, newcomer, "*:write"), 403)
    assert _granted(newcomer) == ["products:read"]


def test_an_administrator_needs_no_permission(
    admin: Caller, second_admin: Caller, some_things: Things
) -> None:
    assert _granted(second_admin) == []
    assert _tried(second_admin, some_things) == dict.fromkeys(ACTIONS, True)
    body_of(admin.put(f"{USERS}/{second_admin.id}/role", json={"role": "member"}))
    assert _tried(second_admin, some_things) == dict.fromkeys(ACTIONS, False)


def test_permissions_belong_to_users(admin: Caller, newcomer: Caller) -> None:
    answered(admin.delete(f"{USERS}/{newcomer.id}"), 204)
    for nobody in (str(uuid4()), newcomer.id):
        path = f"{USERS}/{nobody}/permissions"
        problem(admin.get(path), 404)
        problem(admin.put(path, json={"permissions": ["*:read"]}), 404)
    problem(admin.get(f"{USERS}/nonsense/permissions"), 400, 404, 422)
    problem(newcomer.get(MINE), 401)
