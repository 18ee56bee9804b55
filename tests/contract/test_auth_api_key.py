"""API keys: creation by administrators, scopes, expiry and revocation."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest

from .api_clients import ApiClient, ApiClientFactory, new_email
from .assertions import (
    assert_problem,
    assert_status,
    describe_exchange,
    json_body,
    parse_timestamp,
)
from .resources import Resources

pytestmark = pytest.mark.answers(auth="api_key")

KEYS = "/api/v1/api-keys"
ME = "/api/v1/me"
DETAIL_FIELDS = {
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


def _request_key(admin: ApiClient, user_id: str, **more: Any) -> httpx.Response:
    return admin.post(KEYS, json={"user_id": user_id, "name": "A key", **more})


def _create_key(admin: ApiClient, user_id: str, **more: Any) -> dict[str, Any]:
    made: dict[str, Any] = json_body(_request_key(admin, user_id, **more), 201)
    return made


def _key_header(key: str) -> dict[str, str]:
    return {"X-API-Key": key}


def _list_keys(admin: ApiClient) -> Iterator[dict[str, Any]]:
    query: dict[str, Any] = {"limit": 100}
    while True:
        page = json_body(admin.get(KEYS, params=query))
        assert page.keys() == {"items", "next_cursor"}
        assert len(page["items"]) <= 100
        yield from page["items"]
        if page["next_cursor"] is None:
            return
        query["cursor"] = page["next_cursor"]


def _key_details(admin: ApiClient, made: dict[str, Any]) -> dict[str, Any]:
    (found,) = [key for key in _list_keys(admin) if key["id"] == made["details"]["id"]]
    return found


# --- Creation ------------------------------------------------------------------------------------


def test_created_key_is_returned_only_once(
    anonymous: httpx.Client, admin: ApiClient, disposable_user: ApiClient
) -> None:
    made = _create_key(admin, disposable_user.id, name="The robot's")
    key, details = made["key"], made["details"]
    assert made.keys() == {"key", "details"}
    assert details.keys() == DETAIL_FIELDS
    assert (details["user_id"], details["name"]) == (disposable_user.id, "The robot's")
    assert [details[name] for name in ("scopes", "expires_at", "last_used_at", "revoked_at")] == [
        None
    ] * 4
    assert parse_timestamp(details["created_at"]) <= dt.datetime.now(dt.UTC) + dt.timedelta(
        minutes=1
    )
    assert details["prefix"] in key
    secret = key.partition(details["prefix"])[2]
    assert len(secret) >= 32
    assert json_body(anonymous.get(ME, headers=_key_header(key)))["id"] == disposable_user.id

    listed = _key_details(admin, made)
    assert listed | {"last_used_at": None} == details
    assert secret.strip("_") not in str(list(_list_keys(admin)))


def test_created_keys_are_unique(admin: ApiClient, disposable_user: ApiClient) -> None:
    made = [_create_key(admin, disposable_user.id) for _ in range(3)]
    assert len({each["key"] for each in made}) == 3
    assert len({each["details"]["prefix"] for each in made}) == 3


def test_key_list_is_paginated(admin: ApiClient, disposable_user: ApiClient) -> None:
    made = [_create_key(admin, disposable_user.id)["details"]["id"] for _ in range(3)]
    found = []
    query: dict[str, Any] = {"limit": 2}
    while query.get("cursor", "") is not None:
        page = json_body(admin.get(KEYS, params=query))
        assert len(page["items"]) <= 2
        found += [key["id"] for key in page["items"]]
        query["cursor"] = page["next_cursor"]
    assert len(found) == len(set(found))
    assert [id_ for id_ in found if id_ in made] == made
    for invalid in ({"limit": 0}, {"limit": 101}, {"cursor": "?"}):
        assert_problem(admin.get(KEYS, params=invalid), 400, 422)


@pytest.mark.parametrize(
    "invalid",
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
        {"user_id": "nonsense"},
        {"user_id": None},
        {"key": "ak_chosen_by_the_client"},
        {"surprise": 1},
    ],
    ids=str,
)
def test_invalid_key_request_returns_422_and_creates_no_key(
    admin: ApiClient, disposable_user: ApiClient, invalid: dict[str, Any]
) -> None:
    before = len(list(_list_keys(admin)))
    body = {"user_id": disposable_user.id, "name": "A key"} | invalid
    assert_problem(admin.post(KEYS, json=body), 422)
    assert len(list(_list_keys(admin))) == before


def test_key_for_unknown_user_returns_404(admin: ApiClient) -> None:
    assert_problem(_request_key(admin, str(uuid4())), 404)


def test_user_creation_is_restricted_to_admin(
    admin: ApiClient, editor: ApiClient, anonymous: httpx.Client
) -> None:
    body = {"email": new_email()}
    assert_problem(anonymous.post("/api/v1/users", json=body), 401)
    assert_problem(editor.post("/api/v1/users", json=body), 403)
    response = admin.post("/api/v1/users", json=body)
    user = json_body(response, 201)
    assert (user["email"], user["role"] != "admin") == (body["email"], True)
    assert response.headers["Location"] == f"/api/v1/users/{user['id']}"
    assert json_body(admin.get(response.headers["Location"])) == user
    assert_problem(admin.post("/api/v1/users", json=body), 409)
    assert_problem(admin.post("/api/v1/users", json={"email": body["email"].upper()}), 409)
    for invalid in ({}, {"email": "nonsense"}, {"email": new_email(), "role": "admin"}):
        assert_problem(admin.post("/api/v1/users", json=invalid), 422)
    assert_status(admin.delete(response.headers["Location"]), 204)


def test_key_management_by_non_admin_returns_401_or_403(
    anonymous: httpx.Client, admin: ApiClient, editor: ApiClient
) -> None:
    made = _create_key(admin, editor.id)
    path = f"{KEYS}/{made['details']['id']}"
    body = {"user_id": editor.id, "name": "My own"}
    assert_problem(anonymous.get(KEYS), 401)
    assert_problem(anonymous.post(KEYS, json=body), 401)
    assert_problem(anonymous.delete(path), 401)
    before = len(list(_list_keys(admin)))
    assert_problem(editor.get(KEYS), 403)
    assert_problem(editor.post(KEYS, json=body), 403)
    assert_problem(editor.post(KEYS, json=body | {"user_id": admin.id}), 403)
    assert_problem(editor.delete(path), 403)
    assert_problem(editor.delete(f"{KEYS}/{uuid4()}"), 403)
    assert len(list(_list_keys(admin))) == before
    assert_status(anonymous.get(ME, headers=_key_header(made["key"])), 200)


# --- Scopes --------------------------------------------------------------------------------------


def _resource_name(resources: Resources) -> str:
    return resources.path.rpartition("/")[2]


def _statuses_by_action(http: httpx.Client, key: str, resources: Resources) -> dict[str, set[int]]:
    """Return the status codes of each action on an existing resource with a key."""
    item = resources.create()
    headers = _key_header(key)
    tagged = headers | {"If-Match": resources.etag(item)}
    path = resources.path_of(item)
    read = [http.get(resources.path, headers=headers), http.get(path, headers=headers)]
    created = http.post(resources.path, json=resources.body(), headers=headers)
    write = [created, http.put(path, json=resources.body(), headers=tagged)]
    if created.status_code == 201:
        assert_status(resources.delete(created.json()), 204)
    delete = [http.delete(path, headers=headers)]
    manage = [
        http.get("/api/v1/users", headers=headers),
        http.get(KEYS, headers=headers),
    ]
    statuses = {"read": read, "write": write, "delete": delete, "manage": manage}
    for responses in statuses.values():
        for response in responses:
            if response.is_error:
                assert_problem(response, 403)
    return {action: {each.status_code for each in statuses[action]} for action in statuses}


ALLOWED = {"read": {200}, "write": {200, 201}, "delete": {204}, "manage": {200}}


@pytest.mark.parametrize("action", ["read", "write", "delete", "manage"])
def test_scope_allows_only_its_action_and_resource_type(
    anonymous: httpx.Client, admin: ApiClient, resources: Resources, action: str
) -> None:
    scope = f"{_resource_name(resources)}:{action}"
    made = _create_key(admin, admin.id, scopes=[scope])
    assert made["details"]["scopes"] == [scope]
    statuses = _statuses_by_action(anonymous, made["key"], resources)
    # No operation on resources requires `manage`.
    assert statuses == {
        name: ALLOWED[name] if name == action != "manage" else {403} for name in ALLOWED
    }
    assert_status(admin.delete(f"{KEYS}/{made['details']['id']}"), 204)


@pytest.mark.parametrize("action", ["read", "write", "delete", "manage"])
def test_wildcard_scope_applies_to_every_resource_type(
    anonymous: httpx.Client, admin: ApiClient, sample_resources: Resources, action: str
) -> None:
    made = _create_key(admin, admin.id, scopes=[f"*:{action}"])
    statuses = _statuses_by_action(anonymous, made["key"], sample_resources)
    assert statuses == {name: ALLOWED[name] if name == action else {403} for name in ALLOWED}
    assert_status(admin.delete(f"{KEYS}/{made['details']['id']}"), 204)


def test_users_manage_scope_does_not_allow_key_management(
    anonymous: httpx.Client, admin: ApiClient
) -> None:
    made = _create_key(admin, admin.id, scopes=["users:manage"])
    assert_status(anonymous.get("/api/v1/users", headers=_key_header(made["key"])), 200)
    assert_problem(anonymous.get(KEYS, headers=_key_header(made["key"])), 403)
    body = {"user_id": admin.id, "name": "More"}
    assert_problem(anonymous.post(KEYS, json=body, headers=_key_header(made["key"])), 403)


def test_scope_does_not_exceed_rights_of_owner(
    anonymous: httpx.Client, admin: ApiClient, disposable_user: ApiClient
) -> None:
    scopes = [f"*:{action}" for action in ("read", "write", "delete", "manage")]
    made = _create_key(admin, disposable_user.id, scopes=scopes)
    headers = _key_header(made["key"])
    assert_problem(anonymous.get("/api/v1/users", headers=headers), 403)
    assert_problem(anonymous.get(KEYS, headers=headers), 403)
    role = anonymous.put(
        f"/api/v1/users/{disposable_user.id}/role", json={"role": "admin"}, headers=headers
    )
    assert_problem(role, 403)


# --- Expiry and revocation -----------------------------------------------------------------------


def test_expired_key_returns_401(
    anonymous: httpx.Client, admin: ApiClient, disposable_user: ApiClient
) -> None:
    end = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=SECONDS_TO_EXPIRE)
    made = _create_key(admin, disposable_user.id, expires_at=end.isoformat())
    assert parse_timestamp(made["details"]["expires_at"]) == end
    response = anonymous.get(ME, headers=_key_header(made["key"]))
    if dt.datetime.now(dt.UTC) < end:
        assert_status(response, 200)
    while dt.datetime.now(dt.UTC) < end:
        time.sleep(0.05)
    assert_problem(anonymous.get(ME, headers=_key_header(made["key"])), 401)
    assert _key_details(admin, made)["revoked_at"] is None


def test_revoked_key_returns_401_immediately(
    anonymous: httpx.Client, admin: ApiClient, disposable_user: ApiClient
) -> None:
    made, other = _create_key(admin, disposable_user.id), _create_key(admin, disposable_user.id)
    path = f"{KEYS}/{made['details']['id']}"
    assert_status(anonymous.get(ME, headers=_key_header(made["key"])), 200)
    response = assert_status(admin.delete(path), 204)
    assert response.content == b""
    assert_problem(anonymous.get(ME, headers=_key_header(made["key"])), 401)
    assert_status(anonymous.get(ME, headers=_key_header(other["key"])), 200)

    revoked = _key_details(admin, made)
    assert parse_timestamp(revoked["revoked_at"]) >= parse_timestamp(revoked["created_at"])
    # Revocation is idempotent.
    assert_status(admin.delete(path), 204)
    assert _key_details(admin, made) == revoked
    assert_problem(admin.delete(f"{KEYS}/{uuid4()}"), 404)
    assert_problem(admin.delete(f"{KEYS}/nonsense"), 400, 404, 422)


def test_keys_of_deleted_user_return_401(
    anonymous: httpx.Client, admin: ApiClient, client_factory: ApiClientFactory
) -> None:
    owner = client_factory.create("editor")
    made = _create_key(admin, owner.id)
    assert_status(anonymous.get(ME, headers=_key_header(made["key"])), 200)
    assert_status(admin.delete(f"/api/v1/users/{owner.id}"), 204)
    assert_problem(anonymous.get(ME, headers=_key_header(made["key"])), 401)
    assert_problem(anonymous.get(ME, headers=owner.headers()), 401)
    assert not [key for key in _list_keys(admin) if key["user_id"] == owner.id]
    assert_problem(_request_key(admin, owner.id), 404)


def test_last_used_at_is_recorded(
    anonymous: httpx.Client, admin: ApiClient, disposable_user: ApiClient
) -> None:
    made = _create_key(admin, disposable_user.id)
    assert _key_details(admin, made)["last_used_at"] is None
    wrong = made["key"][:-1] + ("A" if made["key"][-1] != "A" else "B")
    assert_problem(anonymous.get(ME, headers=_key_header(wrong)), 401)
    assert _key_details(admin, made)["last_used_at"] is None
    assert_status(anonymous.get(ME, headers=_key_header(made["key"])), 200)
    used = _key_details(admin, made)
    assert parse_timestamp(used["last_used_at"]) >= parse_timestamp(used["created_at"])


# --- Invalid keys --------------------------------------------------------------------------------


def _similar_keys(key: str, prefix: str, another: str) -> Iterator[str]:
    """Yield values that contain parts of a key but not all of it."""
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


def test_invalid_keys_return_identical_401_responses(
    anonymous: httpx.Client, admin: ApiClient, disposable_user: ApiClient
) -> None:
    made, other, revoked = (_create_key(admin, disposable_user.id) for _ in range(3))
    assert_status(admin.delete(f"{KEYS}/{revoked['details']['id']}"), 204)
    key, prefix, another = made["key"], made["details"]["prefix"], other["details"]["prefix"]
    responses = {}
    for text in (*_similar_keys(key, prefix, another), revoked["key"], "\xff\xfe"):
        assert text not in {key, other["key"]}
        response = anonymous.get(ME, headers={b"X-API-Key": text.encode("latin-1")})
        assert response.status_code == 401, f"{text!r}: {describe_exchange(response)}"
        content = assert_problem(response, 401)
        del content["request_id"]
        names = {name for name in response.headers if not name.startswith("ratelimit")}
        responses[text] = (content, response.headers["WWW-Authenticate"], names)
    assert len(set(map(str, ((a[0], a[1], sorted(a[2])) for a in responses.values())))) == 1, (
        responses
    )
    assert_status(anonymous.get(ME, headers=_key_header(key)), 200)


def test_key_outside_its_header_returns_401(
    anonymous: httpx.Client, admin: ApiClient, disposable_user: ApiClient
) -> None:
    key = _create_key(admin, disposable_user.id)["key"]
    for headers in (
        {},
        {"X-API-Key": ""},
        {"Authorization": f"Bearer {key}"},
        {"Authorization": key},
        {"Cookie": f"X-API-Key={key}"},
    ):
        assert_problem(anonymous.get(ME, headers=headers), 401)
    for name in ("X-API-Key", "api_key", "key"):
        assert_problem(anonymous.get(ME, params={name: key}), 401)
