"""What each field takes and refuses, for every field of the answers."""

from __future__ import annotations

import json

import pytest

from .answers import Field
from .callers import Caller
from .checks import answered, body_of, problem, told
from .samples import bad_values, good_values, same
from .things import Things

JSON = {"Content-Type": "application/json"}
# JSON that no value survives, to stand where a field's value stands.
NOT_JSON = ["NaN", "Infinity", "-Infinity", "1e999", "1" + "0" * 5_000, '"\\ud800"', '"\\x"', "01"]


def _raw_body(things: Things, field: Field, value: str) -> bytes:
    """Return a body that is valid but for the text that stands for one field."""
    marker = "\x01 here \x01"
    text = json.dumps(things.body(**{field.name: marker}))
    return text.replace(json.dumps(marker), value).encode()


def test_good_values_come_back(things: Things, field: Field, admin: Caller) -> None:
    taken = 0
    for value in good_values(field):
        response = things.post(json=things.body(**{field.name: value}))
        if field.unique and response.status_code == 409:
            continue  # an earlier run left it in the database
        item = body_of(response, 201)
        read = things.read(item)
        for received in (item[field.name], read[field.name]):
            assert same(field.type, value, received), f"{value!r} became {received!r}"
        answered(admin.delete(things.at(item)), 204)
        taken += 1
    assert taken > 0


def test_a_read_value_can_be_sent_back(things: Things, field: Field, admin: Caller) -> None:
    item = things.create()
    body = {key: item[key] for key in things.body()}
    headers = {"If-Match": things.etag(item)}
    replaced = body_of(admin.put(things.at(item), json=body, headers=headers))
    assert replaced[field.name] == item[field.name]


def test_bad_values_are_refused(things: Things, field: Field, admin: Caller) -> None:
    item = things.create()
    headers = {"If-Match": things.etag(item)}
    for value, why in bad_values(field):
        body = things.body(**{field.name: value})
        response = things.post(json=body)
        assert response.status_code == 422, f"{why}: {value!r:.80}: {told(response)}"
        problem(response)
        response = admin.put(things.at(item), json=body, headers=headers)
        assert response.status_code == 422, f"{why}: {value!r:.80}: {told(response)}"
    assert things.read(item) == item


@pytest.mark.parametrize("value", NOT_JSON, ids=[text[:12] for text in NOT_JSON])
def test_what_json_cannot_carry_is_refused(things: Things, field: Field, value: str) -> None:
    content = _raw_body(things, field, value)
    problem(things.post(content=content, headers=JSON))


def test_deep_json_is_refused(things: Things, field: Field) -> None:
    depth = 50_000
    for opened, closed in (("[", "]"), ('{"a":', "}")):
        content = _raw_body(things, field, opened * depth + "1" + closed * depth)
        problem(things.post(content=content, headers=JSON))
