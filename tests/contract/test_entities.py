"""Creating, reading, replacing, deleting and listing, for every entity of the answers."""

from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import pytest

from .answers import COMMON_KEYS, Entity, Field
from .callers import Caller
from .checks import STRONG_ETAG, answered, body_of, instant, problem
from .samples import same
from .things import Things


def _assert_holds(things: Things, item: dict[str, Any], body: dict[str, Any]) -> None:
    assert item.keys() == things.entity.keys
    for field in things.entity.fields:
        sent, received = body.get(field.name), item[field.name]
        assert same(field.type, sent, received), f"{field.name}: {sent!r} became {received!r}"


# --- Creating and reading ------------------------------------------------------------------------


def test_create(editor: Caller, things: Things) -> None:
    body = things.body()
    response = things.post(editor, json=body)
    item = body_of(response, 201)
    _assert_holds(things, item, body)
    assert item["version"] == 1
    assert item["owner_id"] == editor.id
    assert STRONG_ETAG.fullmatch(response.headers["ETag"])
    location = urlsplit(response.headers["Location"])
    assert location.path == things.at(item)
    read = things.get(item)
    assert read.json() == item
    assert read.headers["ETag"] == response.headers["ETag"]


def test_an_id_is_a_uuid_of_version_7(things: Things) -> None:
    item = things.create()
    id_ = UUID(item["id"])
    assert str(id_) == item["id"]
    assert id_.version == 7
    made = dt.datetime.fromtimestamp((id_.int >> 80) / 1000, tz=dt.UTC)
    assert abs(made - instant(item["created_at"])) < dt.timedelta(minutes=1)


def test_the_times_are_of_now(things: Things) -> None:
    item = things.create()
    created, updated = instant(item["created_at"]), instant(item["updated_at"])
    assert created <= updated
    assert abs(dt.datetime.now(dt.UTC) - created) < dt.timedelta(minutes=5)


def test_a_required_field_is_required(things: Things, entity: Entity, admin: Caller) -> None:
    item = things.create()
    headers = {"If-Match": things.etag(item)}
    for field in entity.fields:
        if not field.optional:
            body = things.body()
            del body[field.name]
            problem(things.post(json=body), 422)
            problem(admin.put(things.at(item), json=body, headers=headers), 422)
    assert things.read(item) == item


def test_an_optional_field_may_be_missing_or_null(
    things: Things, entity: Entity, admin: Caller
) -> None:
    optional = {field.name for field in entity.fields if field.optional}
    least = {key: value for key, value in things.body().items() if key not in optional}
    _assert_holds(things, body_of(things.post(json=least), 201), least)
    nulls = things.body(**dict.fromkeys(optional))
    _assert_holds(things, body_of(things.post(json=nulls), 201), nulls)
    item = things.create()
    least = {key: value for key, value in things.body().items() if key not in optional}
    headers = {"If-Match": things.etag(item)}
    replaced = body_of(admin.put(things.at(item), json=least, headers=headers))
    _assert_holds(things, replaced, least)


@pytest.mark.parametrize("key", ["surprise", *sorted(COMMON_KEYS), "__proto__", "constructor", ""])
def test_an_unknown_key_is_refused(things: Things, admin: Caller, key: str) -> None:
    item = things.create()
    body = things.body() | {key: item.get(key, 1)}
    problem(things.post(json=body), 422)
    headers = {"If-Match": things.etag(item)}
    problem(admin.put(things.at(item), json=body, headers=headers), 422)
    assert things.read(item) == item


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_no_such_item(things: Things, admin: Caller, method: str) -> None:
    options: dict[str, Any] = {}
    if method == "PUT":
        options = {"json": things.body(), "headers": {"If-Match": '"1"'}}
    missing = (404, 412) if method == "PUT" else (404,)
    problem(admin.request(method, f"{things.path}/{uuid4()}", **options), *missing)
    for malformed in ("nonsense", "1", "%00", "%ff", "%F0%9F%98%80", "' OR 1=1"):
        response = admin.request(method, f"{things.path}/{malformed}", **options)
        problem(response, 400, 404, *((412,) if method == "PUT" else ()), 422)


# --- Replacing -----------------------------------------------------------------------------------


def test_replace(admin: Caller, editor: Caller, things: Things) -> None:
    before = things.create(editor)
    tag = things.etag(before)
    body = things.body()
    response = admin.put(things.at(before), json=body, headers={"If-Match": tag})
    after = body_of(response)
    _assert_holds(things, after, body)
    assert after["version"] == before["version"] + 1
    assert instant(after["updated_at"]) >= instant(before["updated_at"])
    for key in ("id", "owner_id", "created_at"):
        assert after[key] == before[key]
    assert STRONG_ETAG.fullmatch(response.headers["ETag"])
    assert response.headers["ETag"] != tag
    read = things.get(before)
    assert read.json() == after
    assert read.headers["ETag"] == response.headers["ETag"]
    listed = [each for page in things.pages(100) for each in page["items"] if each == after]
    assert len(listed) == 1


def test_replacing_needs_the_version_seen(admin: Caller, things: Things) -> None:
    item = things.create()
    problem(admin.put(things.at(item), json=things.body()), 428)
    assert things.read(item) == item


def test_replacing_a_stale_version_changes_nothing(admin: Caller, things: Things) -> None:
    item = things.create()
    path = things.at(item)
    stale = {"If-Match": things.etag(item)}
    current = body_of(admin.put(path, json=things.body(), headers=stale))
    problem(admin.put(path, json=things.body(), headers=stale), 412)
    assert things.read(item) == current


@pytest.mark.parametrize("tag", ['"nonsense"', "weak", "unquoted", '""', "x" * 1_000, "\xff"])
def test_another_tag_is_not_the_version_seen(admin: Caller, things: Things, tag: str) -> None:
    item = things.create()
    current = things.etag(item)
    sent = {"weak": f"W/{current}", "unquoted": current.strip('"')}.get(tag, tag)
    headers = {b"If-Match": sent.encode("latin-1")}
    problem(admin.put(things.at(item), json=things.body(), headers=headers), 400, 412, 422)
    problem(admin.delete(things.at(item), headers=headers), 400, 412, 422)
    assert things.read(item) == item


def test_one_tag_of_several_is_enough(admin: Caller, things: Things) -> None:
    item = things.create()
    headers = {"If-Match": f'"nonsense", {things.etag(item)}'}
    answered(admin.put(things.at(item), json=things.body(), headers=headers), 200)


# --- Deleting ------------------------------------------------------------------------------------


def test_delete(admin: Caller, things: Things) -> None:
    item, other = things.create(), things.create()
    path = things.at(item)
    tag = things.etag(item)
    response = answered(admin.delete(path), 204)
    assert response.content == b""
    problem(admin.get(path), 404)
    problem(admin.delete(path), 404)
    problem(admin.put(path, json=things.body(), headers={"If-Match": tag}), 404, 412)
    ids = [each["id"] for page in things.pages(100) for each in page["items"]]
    assert item["id"] not in ids
    assert other["id"] in ids


def test_deleting_a_stale_version(admin: Caller, things: Things) -> None:
    item = things.create()
    path = things.at(item)
    stale = {"If-Match": things.etag(item)}
    response = answered(admin.put(path, json=things.body(), headers=stale), 200)
    problem(admin.delete(path, headers=stale), 412)
    things.get(item)
    answered(admin.delete(path, headers={"If-Match": response.headers["ETag"]}), 204)
    problem(admin.get(path), 404)


# --- Unique values -------------------------------------------------------------------------------


def test_a_unique_value_is_taken_once(things: Things, unique_field: Field, admin: Caller) -> None:
    name = unique_field.name
    first, second = things.create(), things.create()
    value = {name: first[name]}
    problem(things.post(json=things.body(**value)), 409)
    path, headers = things.at(second), {"If-Match": things.etag(second)}
    problem(admin.put(path, json=things.body(**value), headers=headers), 409)
    assert things.read(second) == second
    # To keep one's own value is no duplicate.
    answered(admin.put(path, json=things.body(**{name: second[name]}), headers=headers), 200)
    if unique_field.optional:
        for _ in range(2):
            things.create(**{name: None})


def test_a_unique_value_is_free_again(things: Things, unique_field: Field, admin: Caller) -> None:
    name = unique_field.name
    deleted, changed = things.create(), things.create()
    answered(admin.delete(things.at(deleted)), 204)
    things.create(**{name: deleted[name]})
    headers = {"If-Match": things.etag(changed)}
    answered(admin.put(things.at(changed), json=things.body(), headers=headers), 200)
    things.create(**{name: changed[name]})


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("{}", "{} "),
        ("{}a", "{}A"),
        ("{}e", "{}\u00e9"),
        ("{}\u00e9", "{}e\u0301"),
        ("{}ss", "{}ß"),
    ],
    ids=["a space at the end", "case", "an accent", "two ways to write it", "two letters or one"],
)
def test_texts_are_alike_only_if_every_character_is(
    things: Things, unique_text: Field, one: str, other: str
) -> None:
    text = things.body()[unique_text.name]
    values = [one.format(text), other.format(text)]
    bodies = [things.body(**{unique_text.name: value}) for value in values]
    items = [body_of(things.post(json=body), 201) for body in bodies]
    assert [things.read(item)[unique_text.name] for item in items] == values


# --- Listing -------------------------------------------------------------------------------------


def test_a_page_holds_20_unless_told(things: Things, entity: Entity) -> None:
    made = [things.create() for _ in range(21)]
    page = things.page()
    assert len(page["items"]) == 20
    assert isinstance(page["next_cursor"], str)
    assert all(item.keys() == entity.keys for item in page["items"])
    assert len(things.page(limit=1)["items"]) == 1
    assert len(things.page(limit=21)["items"]) == 21
    everything = [item for page in things.pages(100) for item in page["items"]]
    assert [item for item in everything if item in made] == made


@pytest.mark.parametrize("limit", ["0", "-1", "101", "x", "1.5", "9" * 30, "\0"])
def test_a_bad_limit_is_refused(things: Things, admin: Caller, limit: str) -> None:
    problem(admin.get(things.path, params={"limit": limit}), 400, 422)


@pytest.mark.parametrize("cursor", ["nonsense", "?", "\0", "\N{KEY}", "A" * 22, "x" * 5_000])
def test_a_bad_cursor_is_refused(things: Things, admin: Caller, cursor: str) -> None:
    # 22 letters A may be the cursor of some service: what counts then is that it answers.
    allowed = (200,) if cursor == "A" * 22 else ()
    response = answered(admin.get(things.path, params={"cursor": cursor}), 400, 422, *allowed)
    if response.status_code not in allowed:
        problem(response)


def test_pages_have_no_gaps_and_no_repeats(things: Things) -> None:
    start = things.near_the_end()
    made = [things.create()["id"] for _ in range(7)]
    for limit in (1, 3, 7, 100):
        read = [item["id"] for page in things.pages(limit, start) for item in page["items"]]
        assert [id_ for id_ in read if id_ in made] == made
        assert len(read) == len(set(read))


def test_pages_hold_still_while_items_come_and_go(things: Things, admin: Caller) -> None:
    start = things.near_the_end()
    made = [things.create()["id"] for _ in range(12)]
    gone: set[str] = set()
    read: list[str] = []
    for page in things.pages(3, start):
        ids = [item["id"] for item in page["items"]]
        assert not gone & set(ids)
        read += ids
        ours = [id_ for id_ in ids if id_ in made]
        if ours and len(gone) < 6:
            ahead = [id_ for id_ in made if id_ not in read and id_ not in gone]
            # The last of the page is where the cursor points; one that is still to come goes too.
            for id_ in (ours[-1], *ahead[1:2]):
                answered(admin.delete(f"{things.path}/{id_}"), 204)
                gone.add(id_)
            made.append(things.create()["id"])
    assert len(gone) >= 4
    assert len(read) == len(set(read))
    assert [id_ for id_ in read if id_ in made] == [
        id_ for id_ in made if id_ in read or id_ not in gone
    ]
