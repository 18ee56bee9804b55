"""Every error is a problem with a request id, and no bad input is the service's fault."""

from __future__ import annotations

import json
import re
import socket
import time
from collections.abc import Iterator
from urllib.parse import urlsplit
from uuid import uuid4

import httpx
import pytest

from .answers import Answers
from .callers import Caller
from .checks import answered, body_of, problem
from .things import Things

JSON = {"Content-Type": "application/json"}
MIB = 2**20


# --- Paths and methods ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path", ["/nowhere", "/..%2f..%2fetc/passwd", "/api/v2/users", "/docs/nowhere"]
)
def test_an_unknown_path(anonymous: httpx.Client, path: str) -> None:
    problem(anonymous.get(path), 404)


@pytest.mark.parametrize("path", ["/%00", "/%ff", "/%zz", f"/{'x' * 5_000}"])
def test_a_strange_path(anonymous: httpx.Client, path: str) -> None:
    problem(anonymous.get(path), 400, 404, 414)


def test_an_unknown_path_of_the_api(admin: Caller) -> None:
    problem(admin.get(f"/api/v1/{uuid4().hex}"), 404)


def test_a_wrong_method(admin: Caller, some_things: Things) -> None:
    item = some_things.at(some_things.create())
    for method, path, allowed in (
        ("PATCH", some_things.path, {"GET", "POST"}),
        ("DELETE", some_things.path, {"GET", "POST"}),
        ("PATCH", item, {"GET", "PUT", "DELETE"}),
        ("POST", "/health/live", {"GET"}),
        ("POST", "/api/v1/me", {"GET"}),
    ):
        response = admin.request(method, path)
        problem(response, 405)
        allow = {word.strip() for word in response.headers["Allow"].split(",")}
        assert allow >= allowed, f"{method} {path}: {allow}"
        assert method not in allow


# --- Request ids ---------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/health/live", "/openapi.json", "/api/v1/me", "/nowhere"])
def test_every_answer_has_a_request_id_of_its_own(anonymous: httpx.Client, path: str) -> None:
    ids = {anonymous.get(path).headers["X-Request-ID"] for _ in range(3)}
    assert len(ids) == 3
    assert all(ids)


@pytest.mark.parametrize("sent", ["contract-1234", "A1.b_2-c3", str(uuid4())])
def test_a_sane_request_id_is_kept(anonymous: httpx.Client, sent: str) -> None:
    headers = {"X-Request-ID": sent}
    assert anonymous.get("/health/live", headers=headers).headers["X-Request-ID"] == sent
    response = anonymous.get("/nowhere", headers=headers)
    assert problem(response, 404)["request_id"] == sent


@pytest.mark.parametrize(
    "sent", ["x" * 2_000, "two words", "a\tb", "<script>", '"quoted"', "a;b", "{}", "\xff\xfe", ""]
)
def test_an_insane_request_id_is_replaced(anonymous: httpx.Client, sent: str) -> None:
    headers = {b"X-Request-ID": sent.encode("latin-1")}
    response = anonymous.get("/nowhere", headers=headers)
    received = problem(response, 404)["request_id"]
    assert received != sent
    assert re.fullmatch(r"[A-Za-z0-9._-]{8,128}", received)


def test_a_control_character_in_a_request_id_is_not_answered(base_url: str) -> None:
    request = (
        b"GET /nowhere HTTP/1.1\r\nHost: x\r\nX-Request-ID: a\x01b\r\nConnection: close\r\n\r\n"
    )
    received = _exchange(base_url, request)
    assert received.startswith(b"HTTP/1.1 4"), received
    assert b"\x01" not in received


def _exchange(base_url: str, request: bytes) -> bytes:
    address = urlsplit(base_url)
    place = (address.hostname or "localhost", address.port or 80)
    with socket.create_connection(place, timeout=10) as connection:
        connection.sendall(request)
        return b"".join(iter(lambda: connection.recv(65_536), b""))


# --- Bodies --------------------------------------------------------------------------------------

MALFORMED = {
    "nothing": b"",
    "half an object": b'{"name": ',
    "no JSON": b"name=value",
    "not UTF-8": b'{"name": "\xff\xfe"}',
    "two documents": b"{} {}",
    "a NUL": b"\x00",
    "NaN": b"NaN",
    "deep": b"[" * 100_000,
    "deep and closed": b"[" * 100_000 + b"]" * 100_000,
    "deep objects": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "a long number": b"1" * 100_000,
    "a lone surrogate for a key": b'{"\\ud800": 1}',
}


@pytest.mark.parametrize("content", MALFORMED.values(), ids=MALFORMED.keys())
def test_a_malformed_body(admin: Caller, some_things: Things, content: bytes) -> None:
    item = some_things.create()
    problem(some_things.post(content=content, headers=JSON), 400, 422)
    headers = JSON | {"If-Match": some_things.etag(item)}
    problem(admin.put(some_things.at(item), content=content, headers=headers), 400, 422)
    assert some_things.read(item) == item


@pytest.mark.answers(auth=("jwt", "session"))
@pytest.mark.parametrize("content", MALFORMED.values(), ids=MALFORMED.keys())
def test_a_malformed_body_from_the_anonymous(anonymous: httpx.Client, content: bytes) -> None:
    response = anonymous.post("/api/v1/auth/login", content=content, headers=JSON)
    problem(response, 400, 422)


@pytest.mark.parametrize("content", [b"[]", b"[1]", b"null", b"1", b'"text"', b"true"])
def test_a_body_that_is_no_object(some_things: Things, content: bytes) -> None:
    problem(some_things.post(content=content, headers=JSON), 400, 422)


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/x-www-form-urlencoded", "application/xml", "nonsense"],
)
def test_another_content_type(some_things: Things, content_type: str) -> None:
    content = json.dumps(some_things.body())
    headers = {"Content-Type": content_type}
    problem(some_things.post(content=content, headers=headers), 400, 415, 422)


def test_a_content_type_may_name_its_encoding(some_things: Things) -> None:
    headers = {"Content-Type": "application/json; charset=utf-8"}
    answered(some_things.post(content=json.dumps(some_things.body()), headers=headers), 201)


def _chunks(content: bytes) -> Iterator[bytes]:
    for start in range(0, len(content), 65_536):
        yield content[start : start + 65_536]


@pytest.mark.parametrize("chunked", [False, True], ids=["announced", "chunked"])
def test_a_large_body(some_things: Things, chunked: bool) -> None:
    # White space after a valid body: it is the size that is refused.
    content = json.dumps(some_things.body()).encode().ljust(MIB + 65_536)
    response = some_things.post(content=_chunks(content) if chunked else content, headers=JSON)
    problem(response, 413)


@pytest.mark.parametrize("chunked", [False, True], ids=["announced", "chunked"])
def test_a_large_body_from_the_anonymous(
    anonymous: httpx.Client, some_things: Things, chunked: bool
) -> None:
    content = b" " * (3 * MIB)
    body = _chunks(content) if chunked else content
    problem(anonymous.post(some_things.path, content=body, headers=JSON), 413)


@pytest.mark.parametrize("chunked", [False, True], ids=["announced", "chunked"])
def test_a_body_just_within_the_limit(some_things: Things, chunked: bool) -> None:
    content = json.dumps(some_things.body()).encode().ljust(MIB)
    body = _chunks(content) if chunked else content
    answered(some_things.post(content=body, headers=JSON), 201)


def test_a_strange_query_is_not_the_services_fault(admin: Caller, some_things: Things) -> None:
    for query in ("limit=%00", "limit=%ff", "cursor=%ff", "limit=1&limit=2", "x=%zz", "=", "&&"):
        response = admin.get(f"{some_things.path}?{query}")
        if response.status_code != 200:
            problem(response, 400, 422)


def test_a_problem_says_where_it_happened(anonymous: httpx.Client) -> None:
    assert "/nowhere" in problem(anonymous.get("/nowhere"), 404)["instance"]


# --- Too many ------------------------------------------------------------------------------------


@pytest.mark.rate_limit
def test_too_many_requests(
    anonymous: httpx.Client, answers: Answers, pytestconfig: pytest.Config
) -> None:
    number, _, period = pytestconfig.getoption("--expect-rate-limit").partition("/")
    limit = int(number)
    seconds = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}[period]
    path = answers.entities[0].path
    statuses = []
    for _ in range(limit + 1):
        response = anonymous.get(path)
        statuses.append(response.status_code)
        assert response.headers["RateLimit-Policy"] == f'"default";q={limit};w={seconds}'
        remaining = re.fullmatch(r'"default";r=(\d+);t=(\d+)', response.headers["RateLimit"])
        assert remaining, response.headers["RateLimit"]
        assert int(remaining[1]) == max(0, limit - len(statuses))
        assert 1 <= int(remaining[2]) <= seconds
    assert statuses == [401] * limit + [429]
    problem(response, 429)
    wait = int(response.headers["Retry-After"])
    assert 1 <= wait <= seconds
    # Both name the same moment.
    assert response.headers["RateLimit"].endswith(f";t={wait}")
    for _ in range(limit + 1):
        answered(anonymous.get("/health/live"), 200)
        assert body_of(anonymous.get("/health/ready"))["status"] == "ok"
    if wait <= 5:
        time.sleep(wait + 0.1)
        problem(anonymous.get(path), 401)
