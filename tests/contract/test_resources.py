"""Creating, reading, replacing, deleting and listing resources of every entity."""

from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import pytest

from .answers import COMMON_KEYS, Entity, Field
from .api_clients import ApiClient
from .assertions import (
    STRONG_ETAG,
    assert_head_matches_get,
    assert_problem,
    assert_status,
    json_body,
    parse_timestamp,
)
from .resources import Resources
from .sample_values import is_same_value


def _assert_fields_match(resources: Resources, item: dict[str, Any], body: dict[str, Any]) -> None:
    assert item.keys() == resources.entity.keys
    for field in resources.entity.fields:
        sent, received = body.get(field.name), item[field.name]
        assert is_same_value(field.type, sent, received), (
            f"{field.name}: {sent!r} became {received!r}"
        )


# --- Create and read -----------------------------------------------------------------------------


def test_create_returns_201_with_location_and_etag(editor: ApiClient, resources: Resources) -> None:
    body = resources.body()
    response = resources.post(editor, json=body)
    item = json_body(response, 201)
    _assert_fields_match(resources, item, body)
    assert item["version"] == 1
    assert item["owner_id"] == editor.id
    assert STRONG_ETAG.fullmatch(response.headers["ETag"])
    location = urlsplit(response.headers["Location"])
    assert location.path == resources.path_of(item)
    read = resources.get(item)
    assert read.json() == item
    assert read.headers["ETag"] == response.headers["ETag"]


def test_id_is_uuid_version_7(resources: Resources) -> None:
    item = resources.create()
    id_ = UUID(item["id"])
    assert str(id_) == item["id"]
    assert id_.version == 7
    made = dt.datetime.fromtimestamp((id_.int >> 80) / 1000, tz=dt.UTC)
    assert abs(made - parse_timestamp(item["created_at"])) < dt.timedelta(minutes=1)


def test_timestamps_are_current(resources: Resources) -> None:
    item = resources.create()
    created, updated = parse_timestamp(item["created_at"]), parse_timestamp(item["updated_at"])
    assert created <= updated
    assert abs(dt.datetime.now(dt.UTC) - created) < dt.timedelta(minutes=5)


def test_missing_required_field_returns_422(
    resources: Resources, entity: Entity, admin: ApiClient
) -> None:
    item = resources.create()
    headers = {"If-Match": resources.etag(item)}
    for field in entity.fields:
        if not field.optional:
            body = resources.body()
            del body[field.name]
            assert_problem(resources.post(json=body), 422)
            assert_problem(admin.put(resources.path_of(item), json=body, headers=headers), 422)
    assert resources.read(item) == item


def test_missing_or_null_optional_field_is_accepted(
    resources: Resources, entity: Entity, admin: ApiClient
) -> None:
    optional = {field.name for field in entity.fields if field.optional}
    least = {key: value for key, value in resources.body().items() if key not in optional}
    _assert_fields_match(resources, json_body(resources.post(json=least), 201), least)
    nulls = resources.body(**dict.fromkeys(optional))
    _assert_fields_match(resources, json_body(resources.post(json=nulls), 201), nulls)
    item = resources.create()
    least = {key: value for key, value in resources.body().items() if key not in optional}
    headers = {"If-Match": resources.etag(item)}
    replaced = json_body(admin.put(resources.path_of(item), json=least, headers=headers))
    _assert_fields_match(resources, replaced, least)


@pytest.mark.parametrize("key", ["surprise", *sorted(COMMON_KEYS), "__proto__", "constructor", ""])
def test_unknown_field_returns_422(resources: Resources, admin: ApiClient, key: str) -> None:
    item = resources.create()
    body = resources.body() | {key: item.get(key, 1)}
    assert_problem(resources.post(json=body), 422)
    headers = {"If-Match": resources.etag(item)}
    assert_problem(admin.put(resources.path_of(item), json=body, headers=headers), 422)
    assert resources.read(item) == item


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_unknown_or_malformed_id_returns_4xx(
    resources: Resources, admin: ApiClient, method: str
) -> None:
    options: dict[str, Any] = {}
    if method == "PUT":
        options = {"json": resources.body(), "headers": {"If-Match": '"1"'}}
    missing = (404, 412) if method == "PUT" else (404,)
    assert_problem(admin.request(method, f"{resources.path}/{uuid4()}", **options), *missing)
    for malformed in ("nonsense", "1", "%00", "%ff", "%F0%9F%98%80", "' OR 1=1"):
        response = admin.request(method, f"{resources.path}/{malformed}", **options)
        assert_problem(response, 400, 404, *((412,) if method == "PUT" else ()), 422)


def test_head_returns_headers_of_get(admin: ApiClient, resources: Resources) -> None:
    item = resources.create()
    assert_head_matches_get(admin, resources.path)
    head = assert_head_matches_get(admin, resources.path_of(item))
    assert head.headers["ETag"] == resources.etag(item)
    assert_head_matches_get(admin, f"{resources.path}/{uuid4()}")


# --- Replace -------------------------------------------------------------------------------------


def test_put_with_current_etag_replaces_resource(
    admin: ApiClient, editor: ApiClient, resources: Resources
) -> None:
    before = resources.create(editor)
    tag = resources.etag(before)
    body = resources.body()
    response = admin.put(resources.path_of(before), json=body, headers={"If-Match": tag})
    after = json_body(response)
    _assert_fields_match(resources, after, body)
    assert after["version"] == before["version"] + 1
    assert parse_timestamp(after["updated_at"]) >= parse_timestamp(before["updated_at"])
    for key in ("id", "owner_id", "created_at"):
        assert after[key] == before[key]
    assert STRONG_ETAG.fullmatch(response.headers["ETag"])
    assert response.headers["ETag"] != tag
    read = resources.get(before)
    assert read.json() == after
    assert read.headers["ETag"] == response.headers["ETag"]
    listed = [each for page in resources.pages(100) for each in page["items"] if each == after]
    assert len(listed) == 1


def test_put_without_if_match_returns_428(admin: ApiClient, resources: Resources) -> None:
    item = resources.create()
    assert_problem(admin.put(resources.path_of(item), json=resources.body()), 428)
    assert resources.read(item) == item


def test_put_with_stale_if_match_returns_412(admin: ApiClient, resources: Resources) -> None:
    item = resources.create()
    path = resources.path_of(item)
    stale = {"If-Match": resources.etag(item)}
    current = json_body(admin.put(path, json=resources.body(), headers=stale))
    assert_problem(admin.put(path, json=resources.body(), headers=stale), 412)
    assert resources.read(item) == current


@pytest.mark.parametrize("tag", ['"nonsense"', "weak", "unquoted", '""', "x" * 1_000, "\xff"])
def test_invalid_or_weak_if_match_is_rejected(
    admin: ApiClient, resources: Resources, tag: str
) -> None:
    item = resources.create()
    current = resources.etag(item)
    sent = {"weak": f"W/{current}", "unquoted": current.strip('"')}.get(tag, tag)
    headers = {b"If-Match": sent.encode("latin-1")}
    assert_problem(
        admin.put(resources.path_of(item), json=resources.body(), headers=headers), 400, 412, 422
    )
    assert_problem(admin.delete(resources.path_of(item), headers=headers), 400, 412, 422)
    assert resources.read(item) == item


def test_if_match_list_with_current_etag_is_accepted(
    admin: ApiClient, resources: Resources
) -> None:
    item = resources.create()
    headers = {"If-Match": f'"nonsense", {resources.etag(item)}'}
    assert_status(admin.put(resources.path_of(item), json=resources.body(), headers=headers), 200)


# --- Delete --------------------------------------------------------------------------------------


def test_delete_returns_204_and_removes_resource(admin: ApiClient, resources: Resources) -> None:
    item, other = resources.create(), resources.create()
    path = resources.path_of(item)
    tag = resources.etag(item)
    response = assert_status(admin.delete(path), 204)
    assert response.content == b""
    assert_problem(admin.get(path), 404)
    assert_problem(admin.delete(path), 404)
    assert_problem(admin.put(path, json=resources.body(), headers={"If-Match": tag}), 404, 412)
    ids = [each["id"] for page in resources.pages(100) for each in page["items"]]
    assert item["id"] not in ids
    assert other["id"] in ids


def test_delete_with_stale_if_match_returns_412(admin: ApiClient, resources: Resources) -> None:
    item = resources.create()
    path = resources.path_of(item)
    stale = {"If-Match": resources.etag(item)}
    response = assert_status(admin.put(path, json=resources.body(), headers=stale), 200)
    assert_problem(admin.delete(path, headers=stale), 412)
    resources.get(item)
    assert_status(admin.delete(path, headers={"If-Match": response.headers["ETag"]}), 204)
    assert_problem(admin.get(path), 404)


# --- Unique values -------------------------------------------------------------------------------


def test_duplicate_unique_value_returns_409(
    resources: Resources, unique_field: Field, admin: ApiClient
) -> None:
    name = unique_field.name
    first, second = resources.create(), resources.create()
    value = {name: first[name]}
    assert_problem(resources.post(json=resources.body(**value)), 409)
    path, headers = resources.path_of(second), {"If-Match": resources.etag(second)}
    assert_problem(admin.put(path, json=resources.body(**value), headers=headers), 409)
    assert resources.read(second) == second
    # An unchanged value does not conflict with itself.
    assert_status(
        admin.put(path, json=resources.body(**{name: second[name]}), headers=headers), 200
    )
    if unique_field.optional:
        for _ in range(2):
            resources.create(**{name: None})


def test_unique_value_is_reusable_after_delete_or_change(
    resources: Resources, unique_field: Field, admin: ApiClient
) -> None:
    name = unique_field.name
    deleted, changed = resources.create(), resources.create()
    assert_status(admin.delete(resources.path_of(deleted)), 204)
    resources.create(**{name: deleted[name]})
    headers = {"If-Match": resources.etag(changed)}
    assert_status(
        admin.put(resources.path_of(changed), json=resources.body(), headers=headers), 200
    )
    resources.create(**{name: changed[name]})


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("{}", "{} "),
        ("{}a", "{}A"),
        ("{}e", "{}\u00e9"),
        ("{}\u00e9", "{}e\u0301"),
        ("{}ss", "{}ß"),
    ],
    ids=["trailing space", "case", "accent", "unicode normalization", "ligature"],
)
def test_unique_text_comparison_is_exact(
    resources: Resources, unique_text: Field, one: str, other: str
) -> None:
    text = resources.body()[unique_text.name]
    values = [one.format(text), other.format(text)]
    bodies = [resources.body(**{unique_text.name: value}) for value in values]
    items = [json_body(resources.post(json=body), 201) for body in bodies]
    assert [resources.read(item)[unique_text.name] for item in items] == values


# --- List ----------------------------------------------------------------------------------------


def test_page_size_is_20_by_default(resources: Resources, entity: Entity) -> None:
    made = [resources.create() for _ in range(21)]
    page = resources.page()
    assert len(page["items"]) == 20
    assert isinstance(page["next_cursor"], str)
    assert all(item.keys() == entity.keys for item in page["items"])
    assert len(resources.page(limit=1)["items"]) == 1
    assert len(resources.page(limit=21)["items"]) == 21
    all_items = [item for page in resources.pages(100) for item in page["items"]]
    assert [item for item in all_items if item in made] == made


@pytest.mark.parametrize("limit", ["0", "-1", "101", "x", "1.5", "9" * 30, "\0"])
def test_invalid_limit_returns_400_or_422(
    resources: Resources, admin: ApiClient, limit: str
) -> None:
    assert_problem(admin.get(resources.path, params={"limit": limit}), 400, 422)


@pytest.mark.parametrize("cursor", ["nonsense", "?", "\0", "\N{KEY}", "A" * 22, "x" * 5_000])
def test_invalid_cursor_returns_400_or_422(
    resources: Resources, admin: ApiClient, cursor: str
) -> None:
    # 22 letters A may be a valid cursor of some implementation, which then returns a page.
    allowed = (200,) if cursor == "A" * 22 else ()
    response = assert_status(
        admin.get(resources.path, params={"cursor": cursor}), 400, 422, *allowed
    )
    if response.status_code not in allowed:
        assert_problem(response)


def test_pages_contain_every_resource_once(resources: Resources) -> None:
    start = resources.cursor_near_end()
    made = [resources.create()["id"] for _ in range(7)]
    for limit in (1, 3, 7, 100):
        read = [item["id"] for page in resources.pages(limit, start) for item in page["items"]]
        assert [id_ for id_ in read if id_ in made] == made
        assert len(read) == len(set(read))


def test_pagination_is_stable_during_inserts_and_deletes(
    resources: Resources, admin: ApiClient
) -> None:
    start = resources.cursor_near_end()
    made = [resources.create()["id"] for _ in range(12)]
    deleted_ids: set[str] = set()
    read: list[str] = []
    for page in resources.pages(3, start):
        ids = [item["id"] for item in page["items"]]
        assert not deleted_ids & set(ids)
        read += ids
        own_ids = [id_ for id_ in ids if id_ in made]
        if own_ids and len(deleted_ids) < 6:
            ahead = [id_ for id_ in made if id_ not in read and id_ not in deleted_ids]
            # Delete the resource that the cursor points to, and one of a later page.
            for id_ in (own_ids[-1], *ahead[1:2]):
                assert_status(admin.delete(f"{resources.path}/{id_}"), 204)
                deleted_ids.add(id_)
            made.append(resources.create()["id"])
    assert len(deleted_ids) >= 4
    assert len(read) == len(set(read))
    assert [id_ for id_ in read if id_ in made] == [
        id_ for id_ in made if id_ in read or id_ not in deleted_ids
    ]
