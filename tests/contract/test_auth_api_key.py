"""API keys: made by administrators, shown once, for some things only, and for some time."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest

from .callers import Caller, Identities, new_email
from .checks import answered, body_of, instant, problem, told
from .things import Things

pytestmark = pytest.mark.answers(auth="api_key")

KEYS = "/api/v1/api-keys"
ME = "/api/v1/me"
DETAILS = {
    "id",
    "user_id",
    "name",
    "prefix",
    "scopes",
    "created_at",
    "expires_at",
    "last_used_at",
    "revoked_at",
}
SECONDS_TO_EXPIRE = 3


def _order(admin: Caller, user_id: str, **more: Any) -> httpx.Response:
    return admin.post(KEYS, json={"user_id": user_id, "name": "A key", **more})


def _make(admin: Caller, user_id: str, **more: Any) -> dict[str, Any]:
    made: dict[str, Any] = body_of(_order(admin, user_id, **more), 201)
    return made


def _with(key: str) -> dict[str, str]:
    return {"X-API-Key": key}


def _listed(admin: Caller) -> Iterator[dict[str, Any]]:
    query: dict[str, Any] = {"limit": 100}
    while True:
        page = body_of(admin.get(KEYS, params=query))
        assert page.keys() == {"items", "next_cursor"}
        assert len(page["items"]) <= 100
        yield from page["items"]
        if page["next_cursor"] is None:
            return
        query["cursor"] = page["next_cursor"]


def _details(admin: Caller, made: dict[str, Any]) -> dict[str, Any]:
    (found,) = [key for key in _listed(admin) if key["id"] == made["details"]["id"]]
    return found


# --- Making --------------------------------------------------------------------------------------


def test_a_key_is_shown_once(anonymous: httpx.Client, admin: Caller, newcomer: Caller) -> None:
    made = _make(admin, newcomer.id, name="The robot's")
    key, details = made["key"], made["details"]
    assert made.keys() == {"key", "details"}
    assert details.keys() == DETAILS
    assert (details["user_id"], details["name"]) == (newcomer.id, "The robot's")
    assert [details[name] for name in ("scopes", "expires_at", "last_used_at", "revoked_at")] == [
        None
    ] * 4
    assert instant(details["created_at"]) <= dt.datetime.now(dt.UTC) + dt.timedelta(minutes=1)
    assert details["prefix"] in key
    secret = key.partition(details["prefix"])[2]
    assert len(secret) >= 32
    assert body_of(anonymous.get(ME, headers=_with(key)))["id"] == newcomer.id

    listed = _details(admin, made)
    assert listed | {"last_used_at": None} == details
    assert secret.strip("_") not in str(list(_listed(admin)))


def test_no_two_keys_are_alike(admin: Caller, newcomer: Caller) -> None:
    made = [_make(admin, newcomer.id) for _ in range(3)]
    assert len({each["key"] for each in made}) == 3
    assert len({each["details"]["prefix"] for each in made}) == 3


def test_keys_are_listed_in_pages(admin: Caller, newcomer: Caller) -> None:
    made = [_make(admin, newcomer.id)["details"]["id"] for _ in range(3)]
    found = []
    query: dict[str, Any] = {"limit": 2}
    while query.get("cursor", "") is not None:
        page = body_of(admin.get(KEYS, params=query))
        assert len(page["items"]) <= 2
        found += [key["id"] for key in page["items"]]
        query["cursor"] = page["next_cursor"]
    assert len(found) == len(set(found))
    assert [id_ for id_ in found if id_ in made] == made
    for bad in ({"limit": 0}, {"limit": 101}, {"cursor": "?"}):
        problem(admin.get(KEYS, params=bad), 400, 422)


@pytest.mark.parametrize(
    "bad",
    [
        {"name": ""},
        {"name": " "},
        {"name": "x" * 201},
        {"name": None},
        {"scopes": []},
        {"scopes": ["everything"]},
        {"scopes": ["*:*"]},
        {"scopes": ["products:fly"]},
        {"scopes": "products:read"},
        {"expires_at": "2001-01-31T12:00:00Z"},
        {"expires_at": "2100-01-31T12:00:00"},
        {"expires_at": "tomorrow"},
        {"user_id": "nobody"},
        {"user_id": None},
        {"key": "ak_chosen_by_somebody"},
        {"surprise": 1},
    ],
    ids=str,
)
def test_a_bad_order_makes_no_key(admin: Caller, newcomer: Caller, bad: dict[str, Any]) -> None:
    before = len(list(_listed(admin)))
    order = {"user_id": newcomer.id, "name": "A key"} | bad
    problem(admin.post(KEYS, json=order), 422)
    assert len(list(_listed(admin))) == before


def test_there_are_keys_for_users_alone(admin: Caller) -> None:
    problem(_order(admin, str(uuid4())), 404)


def test_administrators_make_users(admin: Caller, editor: Caller, anonymous: httpx.Client) -> None:
    body = {"email": new_email()}
    problem(anonymous.post("/api/v1/users", json=body), 401)
    problem(editor.post("/api/v1/users", json=body), 403)
    response = admin.post("/api/v1/users", json=body)
    user = body_of(response, 201)
    assert (user["email"], user["role"] != "admin") == (body["email"], True)
    assert response.headers["Location"] == f"/api/v1/users/{user['id']}"
    assert body_of(admin.get(response.headers["Location"])) == user
    problem(admin.post("/api/v1/users", json=body), 409)
    problem(admin.post("/api/v1/users", json={"email": body["email"].upper()}), 409)
    for bad in ({}, {"email": "nobody"}, {"email": new_email(), "role": "admin"}):
        problem(admin.post("/api/v1/users", json=bad), 422)
    answered(admin.delete(response.headers["Location"]), 204)


def test_only_administrators_see_to_keys(
    anonymous: httpx.Client, admin: Caller, editor: Caller
) -> None:
    made = _make(admin, editor.id)
    path = f"{KEYS}/{made['details']['id']}"
    order = {"user_id": editor.id, "name": "My own"}
    problem(anonymous.get(KEYS), 401)
    problem(anonymous.post(KEYS, json=order), 401)
    problem(anonymous.delete(path), 401)
    before = len(list(_listed(admin)))
    problem(editor.get(KEYS), 403)
    problem(editor.post(KEYS, json=order), 403)
    problem(editor.post(KEYS, json=order | {"user_id": admin.id}), 403)
    problem(editor.delete(path), 403)
    problem(editor.delete(f"{KEYS}/{uuid4()}"), 403)
    assert len(list(_listed(admin))) == before
    answered(anonymous.get(ME, headers=_with(made["key"])), 200)


# --- Scopes --------------------------------------------------------------------------------------


def _kind(things: Things) -> str:
    return things.path.rpartition("/")[2]


def _tried(http: httpx.Client, key: str, things: Things) -> dict[str, set[int]]:
    """What comes of each action on a thing that is there, with a key."""
    item = things.create()
    headers = _with(key)
    tagged = headers | {"If-Match": things.etag(item)}
    path = things.at(item)
    read = [http.get(things.path, headers=headers), http.get(path, headers=headers)]
    created = http.post(things.path, json=things.body(), headers=headers)
    write = [created, http.put(path, json=things.body(), headers=tagged)]
    if created.status_code == 201:
        answered(things.delete(created.json()), 204)
    delete = [http.delete(path, headers=headers)]
    manage = [
        http.get("/api/v1/users", headers=headers),
        http.get(KEYS, headers=headers),
    ]
    tried = {"read": read, "write": write, "delete": delete, "manage": manage}
    for responses in tried.values():
        for response in responses:
            if response.is_error:
                problem(response, 403)
    return {action: {each.status_code for each in tried[action]} for action in tried}


ALLOWED = {"read": {200}, "write": {200, 201}, "delete": {204}, "manage": {200}}


@pytest.mark.parametrize("action", ["read", "write", "delete", "manage"])
def test_a_key_is_for_its_scope_alone(
    anonymous: httpx.Client, admin: Caller, things: Things, action: str
) -> None:
    scope = f"{_kind(things)}:{action}"
    made = _make(admin, admin.id, scopes=[scope])
    assert made["details"]["scopes"] == [scope]
    tried = _tried(anonymous, made["key"], things)
    # A kind of things has nothing to manage.
    assert tried == {
        name: ALLOWED[name] if name == action != "manage" else {403} for name in ALLOWED
    }
    answered(admin.delete(f"{KEYS}/{made['details']['id']}"), 204)


@pytest.mark.parametrize("action", ["read", "write", "delete", "manage"])
def test_a_scope_may_be_for_every_kind(
    anonymous: httpx.Client, admin: Caller, some_things: Things, action: str
) -> None:
    made = _make(admin, admin.id, scopes=[f"*:{action}"])
    tried = _tried(anonymous, made["key"], some_things)
    assert tried == {name: ALLOWED[name] if name == action else {403} for name in ALLOWED}
    answered(admin.delete(f"{KEYS}/{made['details']['id']}"), 204)


def test_managing_people_is_not_managing_keys(anonymous: httpx.Client, admin: Caller) -> None:
    made = _make(admin, admin.id, scopes=["users:manage"])
    answered(anonymous.get("/api/v1/users", headers=_with(made["key"])), 200)
    problem(anonymous.get(KEYS, headers=_with(made["key"])), 403)
    order = {"user_id": admin.id, "name": "More"}
    problem(anonymous.post(KEYS, json=order, headers=_with(made["key"])), 403)


def test_no_scope_gives_what_the_owner_may_not(
    anonymous: httpx.Client, admin: Caller, newcomer: Caller
) -> None:
    scopes = [f"*:{action}" for action in ("read", "write", "delete", "manage")]
    made = _make(admin, newcomer.id, scopes=scopes)
    headers = _with(made["key"])
    problem(anonymous.get("/api/v1/users", headers=headers), 403)
    problem(anonymous.get(KEYS, headers=headers), 403)
    role = anonymous.put(
        f"/api/v1/users/{newcomer.id}/role", json={"role": "admin"}, headers=headers
    )
    problem(role, 403)


# --- The end -------------------------------------------------------------------------------------


def test_a_key_expires(anonymous: httpx.Client, admin: Caller, newcomer: Caller) -> None:
    end = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=SECONDS_TO_EXPIRE)
    made = _make(admin, newcomer.id, expires_at=end.isoformat())
    assert instant(made["details"]["expires_at"]) == end
    response = anonymous.get(ME, headers=_with(made["key"]))
    if dt.datetime.now(dt.UTC) < end:
        answered(response, 200)
    while dt.datetime.now(dt.UTC) < end:
        time.sleep(0.05)
    problem(anonymous.get(ME, headers=_with(made["key"])), 401)
    assert _details(admin, made)["revoked_at"] is None


def test_a_revoked_key_is_refused_at_once(
    anonymous: httpx.Client, admin: Caller, newcomer: Caller
) -> None:
    made, other = _make(admin, newcomer.id), _make(admin, newcomer.id)
    path = f"{KEYS}/{made['details']['id']}"
    answered(anonymous.get(ME, headers=_with(made["key"])), 200)
    response = answered(admin.delete(path), 204)
    assert response.content == b""
    problem(anonymous.get(ME, headers=_with(made["key"])), 401)
    answered(anonymous.get(ME, headers=_with(other["key"])), 200)

    revoked = _details(admin, made)
    assert instant(revoked["revoked_at"]) >= instant(revoked["created_at"])
    # Once more changes nothing.
    answered(admin.delete(path), 204)
    assert _details(admin, made) == revoked
    problem(admin.delete(f"{KEYS}/{uuid4()}"), 404)
    problem(admin.delete(f"{KEYS}/nonsense"), 400, 404, 422)


def test_keys_go_with_their_owner(
    anonymous: httpx.Client, admin: Caller, identities: Identities
) -> None:
    owner = identities.new("editor")
    made = _make(admin, owner.id)
    answered(anonymous.get(ME, headers=_with(made["key"])), 200)
    answered(admin.delete(f"/api/v1/users/{owner.id}"), 204)
    problem(anonymous.get(ME, headers=_with(made["key"])), 401)
    problem(anonymous.get(ME, headers=owner.headers()), 401)
    assert not [key for key in _listed(admin) if key["user_id"] == owner.id]
    problem(_order(admin, owner.id), 404)


def test_the_last_use_is_noted(anonymous: httpx.Client, admin: Caller, newcomer: Caller) -> None:
    made = _make(admin, newcomer.id)
    assert _details(admin, made)["last_used_at"] is None
    wrong = made["key"][:-1] + ("A" if made["key"][-1] != "A" else "B")
    problem(anonymous.get(ME, headers=_with(wrong)), 401)
    assert _details(admin, made)["last_used_at"] is None
    answered(anonymous.get(ME, headers=_with(made["key"])), 200)
    used = _details(admin, made)
    assert instant(used["last_used_at"]) >= instant(used["created_at"])


# --- What is no key ------------------------------------------------------------------------------


def _near_misses(key: str, prefix: str, another: str) -> Iterator[str]:
    """Yield what has some of a key, but not all of it."""
    secret = key.partition(prefix)[2]
    yield from ("nonsense", prefix, "_", "__", "ak_", "ak__", "x" * 5_000)
    yield from (key[:-1], f"{key}x", key[1:], key.swapcase(), key.upper(), f"{key},{key}")
    yield key.replace(secret, "")
    yield key.replace(secret, secret[:1])
    yield key.replace(prefix, "")
    yield key.replace(prefix, another)
    yield key.replace(prefix, "' OR 1=1 --")
    yield key.replace(prefix, "%")
    for place in (len(key) // 2, len(key) - 1):
        other = "A" if key[place] != "A" else "B"
        yield f"{key[:place]}{other}{key[place + 1 :]}"


def test_what_is_almost_a_key_is_refused_like_any_other_text(
    anonymous: httpx.Client, admin: Caller, newcomer: Caller
) -> None:
    made, other, revoked = (_make(admin, newcomer.id) for _ in range(3))
    answered(admin.delete(f"{KEYS}/{revoked['details']['id']}"), 204)
    key, prefix, another = made["key"], made["details"]["prefix"], other["details"]["prefix"]
    answers = {}
    for text in (*_near_misses(key, prefix, another), revoked["key"], "\xff\xfe"):
        assert text not in {key, other["key"]}
        response = anonymous.get(ME, headers={b"X-API-Key": text.encode("latin-1")})
        assert response.status_code == 401, f"{text!r}: {told(response)}"
        content = problem(response, 401)
        del content["request_id"]
        names = {name for name in response.headers if not name.startswith("ratelimit")}
        answers[text] = (content, response.headers["WWW-Authenticate"], names)
    assert len(set(map(str, ((a[0], a[1], sorted(a[2])) for a in answers.values())))) == 1, answers
    answered(anonymous.get(ME, headers=_with(key)), 200)


def test_a_key_counts_in_its_own_header_alone(
    anonymous: httpx.Client, admin: Caller, newcomer: Caller
) -> None:
    key = _make(admin, newcomer.id)["key"]
    for headers in (
        {},
        {"X-API-Key": ""},
        {"Authorization": f"Bearer {key}"},
        {"Authorization": key},
        {"Cookie": f"X-API-Key={key}"},
    ):
        problem(anonymous.get(ME, headers=headers), 401)
    for name in ("X-API-Key", "api_key", "key"):
        problem(anonymous.get(ME, params={name: key}), 401)
