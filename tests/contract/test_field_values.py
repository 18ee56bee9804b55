"""Valid and invalid values for every field of every entity."""

from __future__ import annotations

import json

import pytest

from .answers import Field
from .api_clients import ApiClient
from .assertions import assert_problem, assert_status, describe_exchange, json_body
from .resources import Resources
from .sample_values import invalid_values, is_same_value, valid_values

JSON = {"Content-Type": "application/json"}
# Invalid JSON literals, put in the place of a field's value.
INVALID_LITERALS = [
    "NaN",
    "Infinity",
    "-Infinity",
    "1e999",
    "1" + "0" * 5_000,
    '"\\ud800"',
    '"\\x"',
    "01",
]


def _raw_body(resources: Resources, field: Field, value: str) -> bytes:
    """Return a valid body in which the literal of one field is replaced by `value`."""
    marker = "\x01 here \x01"
    text = json.dumps(resources.body(**{field.name: marker}))
    return text.replace(json.dumps(marker), value).encode()


def test_valid_values_round_trip_unchanged(
    resources: Resources, field: Field, admin: ApiClient
) -> None:
    accepted = 0
    for value in valid_values(field):
        response = resources.post(json=resources.body(**{field.name: value}))
        if field.unique and response.status_code == 409:
            continue  # left in the database by an earlier run
        item = json_body(response, 201)
        read = resources.read(item)
        for received in (item[field.name], read[field.name]):
            assert is_same_value(field.type, value, received), f"{value!r} became {received!r}"
        assert_status(admin.delete(resources.path_of(item)), 204)
        accepted += 1
    assert accepted > 0


def test_value_read_from_response_is_accepted_by_put(
    resources: Resources, field: Field, admin: ApiClient
) -> None:
    item = resources.create()
    body = {key: item[key] for key in resources.body()}
    headers = {"If-Match": resources.etag(item)}
    replaced = json_body(admin.put(resources.path_of(item), json=body, headers=headers))
    assert replaced[field.name] == item[field.name]


def test_invalid_values_return_422(resources: Resources, field: Field, admin: ApiClient) -> None:
    item = resources.create()
    headers = {"If-Match": resources.etag(item)}
    for value, reason in invalid_values(field):
        body = resources.body(**{field.name: value})
        response = resources.post(json=body)
        assert response.status_code == 422, (
            f"{reason}: {value!r:.80}: {describe_exchange(response)}"
        )
        assert_problem(response)
        response = admin.put(resources.path_of(item), json=body, headers=headers)
        assert response.status_code == 422, (
            f"{reason}: {value!r:.80}: {describe_exchange(response)}"
        )
    assert resources.read(item) == item


@pytest.mark.parametrize("value", INVALID_LITERALS, ids=[text[:12] for text in INVALID_LITERALS])
def test_invalid_json_literal_returns_4xx(resources: Resources, field: Field, value: str) -> None:
    content = _raw_body(resources, field, value)
    assert_problem(resources.post(content=content, headers=JSON))


def test_deeply_nested_json_value_returns_4xx(resources: Resources, field: Field) -> None:
    depth = 50_000
    for opening, closing in (("[", "]"), ('{"a":', "}")):
        content = _raw_body(resources, field, opening * depth + "1" + closing * depth)
        assert_problem(resources.post(content=content, headers=JSON))
