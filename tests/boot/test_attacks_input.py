"""Hostile input: injection, wrong types, malformed bodies, and unusual methods and headers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection
from typing import Any
from urllib.parse import quote, urlsplit

import httpx

from ..contract.assertions import assert_problem, assert_status, describe_exchange
from .attacked import CASE_NAMES, SAFE_METHODS, Attacked, Route, resolved
from .tables import Tables

__all__ = ["CASE_NAMES"]

# Parsing and validation are the same for all ways to authenticate; cookies need a CSRF token.
DAILY_NAMES = CASE_NAMES[:2]

JSON = {"Content-Type": "application/json"}
# An error response must not amplify the request; validation errors need some room.
MAX_RESPONSE_BYTES = 20_000
REFUSALS = (400, 413, 415, 422)
# Texts with a meaning in SQL, shells, templates, HTML or logs, which must be stored verbatim.
TEXTS = [
    "' OR '1'='1",
    "'; DROP TABLE identity_users; --",
    '" UNION SELECT email FROM identity_users /*',
    "1; SELECT pg_sleep(10)",
    "' AND SLEEP(10) #",
    "\\'; --",
    '{"$gt": ""}',
    "'; return true; var x='",
    "{{ 7 * 7 }} ${7 * 7} #{7 * 7} <%= 7 * 7 %> {7*7}",
    "{0.__class__.__mro__} %(password)s %s %n %x",
    "$(touch /tmp/x) `id` | id; id && id",
    "line\r\nSet-Cookie: x=1\r\n\r\n<html>",
    "\r\n* OK [INJECTED] \x1b[31m",
    "../../../../etc/passwd",
    "..\\..\\windows\\win.ini",
    "file:///etc/passwd",
    "http://169.254.169.254/latest/meta-data/",
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "=cmd|' /C calc'!A0",
    "${jndi:ldap://127.0.0.1:9/x}",
    "*)(uid=*))(|(uid=*",
    "\u202etxt.exe \ufeff\u200b\u2028\u2029\ufffe\uffff",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467 Z\u0351\u036b\u0343\u036a",
    "\u212a\u0130\u017f\ufb01\u1e9e",
    "true",
    "null",
    "NaN",
    "-1",
    "1e999",
    "0x7f",
]
# JSON strings with invalid characters or excessive length.
INVALID_STRINGS = [
    rb'"a\u0000b"',
    rb'"\ud800"',
    rb'"\udc00\ud800"',
    b'"\x01\x02"',
    rb'"\x41"',
    b'"\xc0\xaf\xc0\xae"',
    b'"\xff\xfe"',
    b'"\xed\xa0\x80"',
    b'"\xf8\x88\x80\x80\x80"',
    b'"%s"' % (b"x" * 100_000),
    b'"%s"' % ("\U0001f600" * 20_000).encode(),
]
# Values that other languages and databases coerce or interpret.
COERCIBLE_VALUES: list[Any] = [
    None,
    [],
    {},
    [None],
    ["x"],
    [["x"]],
    {"$ne": None},
    {"$regex": ".*"},
    {"$where": "sleep(10000)"},
    {"__class__": "x"},
    {"length": 1},
    0,
    -1,
    1.5,
    2**63,
    -(2**63) - 1,
    10**30,
    1e308,
    True,
    False,
    "",
    " ",
]


def target(attacked: Attacked, route: Route) -> str:
    """Return the path of the route, with an existing id if it takes one."""
    return route.path_for(attacked.existing_id(route)) if route.has_id else route.path


def send(attacked: Attacked, route: Route, content: bytes) -> httpx.Response:
    """Send a body and assert that the response is not a server error."""
    headers = {**JSON, "If-Match": "*"}
    caller = attacked.client_for(route)
    path = target(attacked, route)
    response = caller.request(route.method, path, content=content, headers=headers)
    assert response.status_code < 500, f"{content!r:.200}: {describe_exchange(response)}"
    if response.status_code >= 400:
        assert_problem(response)
        assert len(response.content) < MAX_RESPONSE_BYTES, (
            f"{len(response.content)} bytes of response"
        )
    return response


def routes_with_body(attacked: Attacked) -> list[Route]:
    return [route for route in attacked.routes if route.schema is not None]


def routes_with_distinct_schema(attacked: Attacked) -> list[Route]:
    """Return one route for each body schema, since equal schemas are validated by the same code."""
    by_schema = {str(route.schema): route for route in reversed(routes_with_body(attacked))}
    return list(by_schema.values())


def field_names(route: Route) -> Iterator[str]:
    assert route.schema is not None
    yield from route.schema["properties"]


def text_fields(route: Route) -> list[str]:
    """Return the fields that accept any text."""
    assert route.schema is not None
    parts = {
        name: resolved(route.document, part) for name, part in route.schema["properties"].items()
    }
    return [
        name
        for name, part in parts.items()
        if part["type"] == "string" and not {"format", "enum"} & part.keys()
    ]


def valid_body(attacked: Attacked, route: Route) -> dict[str, Any]:
    return route.body(attacked.known_values) or {}


def assert_stored_verbatim(
    attacked: Attacked, response: httpx.Response, name: str, value: Any
) -> None:
    """Assert that an accepted value is returned unchanged, now and later."""
    if response.status_code not in {200, 201}:
        return
    content = response.json()
    content = content.get("details", content)
    if name not in content or value is None:
        return
    stored = [content]
    if "Location" in response.headers:
        stored.append(attacked.admin.get(response.headers["Location"]).json())
    for each in stored:
        assert is_same(each[name], value), (name, value, each)


def is_same(stored: Any, value: Any) -> bool:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(stored) == float(value)
    return type(stored) is type(value) and bool(stored == value)


def test_injection_texts_are_stored_verbatim_or_rejected(attacked: Attacked) -> None:
    before = attacked.rows()
    accepted = set()
    for route in routes_with_body(attacked):
        plain = text_fields(route)
        for number, text in enumerate(TEXTS):
            others = [name for name in field_names(route) if name not in plain]
            unique = f"{text} {route.method} {number}"
            tries = [dict.fromkeys(plain, unique), dict.fromkeys(others, text)]
            for changes in filter(None, tries):
                if number and route.is_auth_route and "password" in str(changes.keys()):
                    continue  # only hashed, which is slow
                content = json.dumps(valid_body(attacked, route) | changes).encode()
                response = send(attacked, route, content)
                for name, value in changes.items():
                    assert_stored_verbatim(attacked, response, name, value)
                if response.is_success:
                    accepted |= {f"{route} {name}" for name in changes}
    after = attacked.rows()

    entity_routes = attacked.entity_routes("POST") + attacked.entity_routes("PUT")
    assert {f"{each} {name}" for each in entity_routes for name in text_fields(each)} <= accepted
    assert after.keys() == before.keys()
    for table, rows in before.items():
        ids = {row["id"] for row in rows if "id" in row}
        assert ids <= {row.get("id") for row in after[table]}, table
    assert administrators(before) == administrators(after)


def administrators(rows: Tables) -> set[str]:
    return {row["id"] for row in rows["identity_users"] if row["role"].lower() == "admin"}


def test_values_of_other_types_are_rejected_or_stored_verbatim(attacked: Attacked) -> None:
    for route in routes_with_distinct_schema(attacked):
        plain = text_fields(route)
        for number, name in enumerate(field_names(route)):
            # Fields of other types than text are many and similar: each gets half of the values.
            step = 1 if name in plain else 2
            for value in COERCIBLE_VALUES[number % step :: step]:
                content = json.dumps(valid_body(attacked, route) | {name: value}).encode()
                response = send(attacked, route, content)
                assert_stored_verbatim(attacked, response, name, value)
            for text in INVALID_STRINGS[number % step :: step]:
                body = json.dumps(valid_body(attacked, route) | {name: "@@"}).encode()
                response = send(attacked, route, body.replace(b'"@@"', text))
                assert_status(response, 401, *REFUSALS)


def test_injection_in_query_or_id_returns_4xx(attacked: Attacked) -> None:
    odd = ["%00", "%ff", "%c0%af", "%ed%a0%80", "%0d%0aX-Injected:%201", "%25%30%30", "%u0041"]
    everything = [quote(text, safe="") for text in TEXTS] + odd + ["x" * 4_000]
    with attacked.unchanged():
        for number, route in enumerate(attacked.routes):
            if route.is_auth_route:
                continue
            # Each route gets a third of the values, and each value a third of the routes.
            values = everything[number % 3 :: 3]
            body = route.body(attacked.known_values)
            options: dict[str, Any] = {} if body is None else {"json": body}
            if route.has_id:
                for value in values:
                    response = attacked.admin.request(
                        route.method, route.path_for(value), headers={"If-Match": "*"}, **options
                    )
                    assert_problem(response, 400, 404, 405, 422)
                    assert "X-Injected" not in response.headers
            for name in route.query:
                for value in values:
                    response = attacked.admin.get(f"{route.path}?{name}={value}")
                    assert_problem(response, 400, 422)
            if route.method == "GET" and not route.has_id:
                for value in values[:5]:
                    response = attacked.admin.get(f"{route.path}?sort={value}&filter[x]={value}")
                    assert_status(response, 200)


HEADERS = [
    *("Accept", "Accept-Encoding", "Accept-Language", "Expect", "Forwarded", "From", "If-Match"),
    *("If-Modified-Since", "If-None-Match", "If-Range", "Origin", "Range", "Referer", "TE"),
    *("User-Agent", "X-Request-ID", "X-Forwarded-For", "X-Forwarded-Host", "Via"),
]


def test_injection_in_headers_has_no_effect(attacked: Attacked) -> None:
    values = [text for text in TEXTS if text.isascii() and text.isprintable()]
    reads = [route for route in attacked.entity_routes("GET") if route.has_id][:1]
    changes = [route for route in attacked.entity_routes("PUT") if route.has_id][:1]
    with attacked.unchanged():
        for route in reads:
            for value in values:
                said = dict.fromkeys(HEADERS, value)
                response = attacked.admin.get(target(attacked, route), headers=said)
                assert_status(response, 200)
                del response.headers["X-Request-ID"]  # a valid one is echoed
                assert value not in str(dict(response.headers))
        for route in changes:
            for value in values:
                response = attacked.admin.put(
                    target(attacked, route), json=route.body({}), headers={"If-Match": value}
                )
                assert_problem(response, 412)
        credentials = [b"\xff\xfe", b"'" * 10_000, b"Bearer \xc0\xaf", b".", b"..", b"a.b", b"=;=;"]
        for credential in [*credentials, *(f"Bearer {value}".encode() for value in values)]:
            for header in (b"Authorization", b"X-API-Key", b"Cookie", b"X-CSRF-Token"):
                response = attacked.client.get("/api/v1/me", headers={header: credential})
                assert_problem(response, 401)


MALFORMED: dict[str, bytes] = {
    "empty": b"",
    "white space": b" \r\n\t ",
    "half an object": b'{"name": ',
    "single quotes": b"{'name': 'x'}",
    "a comment": b"{} // x",
    "a comma at the end": b'{"name": "x",}',
    "two documents": b"{} {}",
    "a NUL": b"\x00",
    "a byte order mark": b"\xef\xbb\xbf[]",
    "not UTF-8": b'{"name": "\xff\xfe"}',
    "gzip": b"\x1f\x8b\x08\x00\x00\x00\x00\x00",
    "NaN": b'{"name": NaN}',
    "Infinity": b'{"name": -Infinity}',
    "a list": b"[{}]",
    "null": b"null",
    "a number": b"1e9999999",
    "a text": b'"{}"',
    "deep": b'{"a":' * 50_000,
    "deep and closed": b"[" * 50_000 + b"]" * 50_000,
    "deep in a field": b'{"name": ' + b"[" * 50_000 + b"]" * 50_000 + b"}",
    "a long number": b'{"name": ' + b"9" * 50_000 + b"}",
    "a long key": b'{"' + b"x" * 50_000 + b'": 1}',
    "many keys": json.dumps({f"k{n}": n for n in range(2_000)}).encode(),
    "XML": b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY y SYSTEM "file:///etc/passwd">]><x>&y;</x>',
    "YAML": b"!!python/object/apply:os.system ['id']",
}
CONTENT_TYPES = [
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
]
CONTENT_TYPES += [
    "application/xml",
    "application/x-yaml",
    "application/octet-stream",
    "",
    "*/*",
    "x" * 500,
]
CONTENT_TYPES += ["text/json; charset=utf-7", "application/jsonp"]
MIB = 2**20


def assert_rejected(attacked: Attacked, route: Route, content: Any, **headers: str) -> None:
    """Send a body and assert that it is rejected with a short problem document."""
    caller = attacked.client_for(route)
    response = caller.request(
        route.method,
        target(attacked, route),
        content=content,
        headers={**JSON, "If-Match": "*", **headers},
    )
    assert_problem(response, *REFUSALS)
    assert len(response.content) < MAX_RESPONSE_BYTES, f"{len(response.content)} bytes of response"


def test_malformed_body_is_rejected(attacked: Attacked) -> None:
    with attacked.unchanged():
        thorough = routes_with_distinct_schema(attacked)
        for number, route in enumerate(routes_with_body(attacked)):
            step = 1 if route in thorough else 4
            for content in list(MALFORMED.values())[number % step :: step]:
                assert_rejected(attacked, route, content)


def test_unsupported_content_type_is_rejected(attacked: Attacked) -> None:
    with attacked.unchanged():
        for route in routes_with_body(attacked):
            content = json.dumps(valid_body(attacked, route)).encode()
            for media in CONTENT_TYPES:
                assert_rejected(attacked, route, content, **{"Content-Type": media})


def test_body_in_other_encoding_than_utf_8_is_rejected(attacked: Attacked) -> None:
    """A firewall before the service inspects bodies as UTF-8."""
    with attacked.unchanged():
        for route in routes_with_body(attacked):
            for encoding in ("utf-16", "utf-16-le", "utf-32", "utf-8-sig"):
                content = json.dumps(valid_body(attacked, route)).encode(encoding)
                assert_rejected(attacked, route, content)


def test_duplicate_json_key_is_rejected(attacked: Attacked) -> None:
    """A firewall before the service may have read the other one of two equal keys."""
    with attacked.unchanged():
        for route in routes_with_distinct_schema(attacked):
            body = valid_body(attacked, route)
            for name, value in body.items():
                twice = json.dumps({name: value})[:-1] + ", " + json.dumps(body)[1:]
                assert_rejected(attacked, route, twice.encode())


def test_oversized_body_returns_413(attacked: Attacked) -> None:
    def chunks(content: bytes) -> Iterator[bytes]:
        for start in range(0, len(content), 65_536):
            yield content[start : start + 65_536]

    with attacked.unchanged():
        for route in routes_with_body(attacked):
            content = json.dumps(valid_body(attacked, route)).encode().ljust(MIB + 65_536)
            for body in (content, chunks(content)):
                caller = attacked.client_for(route)
                headers = {**JSON, "If-Match": "*"}
                path = target(attacked, route)
                assert_problem(
                    caller.request(route.method, path, content=body, headers=headers), 413
                )


def test_out_of_range_number_is_rejected(attacked: Attacked) -> None:
    huge = [b"1" + b"0" * 400, b"-1" + b"0" * 400, b"1e400", b"-1e400", b"NaN", b"Infinity"]
    with attacked.unchanged():
        for route in routes_with_distinct_schema(attacked):
            for name in field_names(route):
                body = json.dumps(valid_body(attacked, route) | {name: "@@"}).encode()
                for number in huge:
                    assert_rejected(attacked, route, body.replace(b'"@@"', number))


# --- Methods -------------------------------------------------------------------------------------

METHODS = [
    *("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"),
    *("PROPFIND", "COPY", "MOVE", "LOCK", "SEARCH", "PURGE", "MKCOL", "REPORT", "QUERY"),
    *("get", "Delete", "MADEUP", "DEBUG", "*", "G" * 300),
]
OVERRIDES = ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override")


def test_undocumented_method_returns_400_or_405(attacked: Attacked) -> None:
    described: dict[str, set[str]] = {path: {"GET"} for path in ("/docs", "/openapi.json")}
    paths = {path: path for path in described}
    for route in attacked.routes:
        described.setdefault(route.path, set()).add(route.method)
        paths[route.path] = target(attacked, route)
    credential_headers = attacked.admin.headers() | {"If-Match": "*"}
    place = urlsplit(attacked.its.base_url)
    with attacked.unchanged():
        for path, allowed in described.items():
            # httpx converts methods to upper case; http.client does not.
            # HEAD is supported wherever GET is, without an entry in the document.
            supported = allowed | ({"HEAD"} if "GET" in allowed else set())
            for method in sorted(set(METHODS) - supported):
                with closing(HTTPConnection(str(place.hostname), place.port)) as connection:
                    connection.request(method, paths[path], headers=credential_headers)
                    response = connection.getresponse()
                    content = response.read()
                where = f"{method} {path} -> {response.status} {content!r:.200}"
                assert response.status in {400, 405}, where
                assert response.headers.get_content_type() == "application/problem+json", where
                if response.status == 405:
                    said = {each.strip() for each in response.headers["Allow"].split(",")}
                    assert said >= allowed, where
                    assert method not in said, where


def test_method_override_is_ignored(attacked: Attacked) -> None:
    posts = {route.path for route in attacked.routes if route.method == "POST"}
    with attacked.unchanged():
        for route in attacked.routes:
            if route.method not in SAFE_METHODS:
                continue
            path, caller = target(attacked, route), attacked.client_for(route)
            for method in ("DELETE", "PUT", "PATCH"):
                headers, more = dict.fromkeys(OVERRIDES, method), {"_method": method}
                assert_status(caller.request("GET", path, headers=headers), 200)
                assert_status(
                    caller.request("GET", f"{path}?_method={method}", headers=headers), 200
                )
                if route.path not in posts:
                    assert_problem(caller.request("POST", path, headers=headers, data=more), 405)
