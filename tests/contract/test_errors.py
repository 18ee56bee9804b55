"""Problem documents and request IDs: bad input gets a 4xx response, never a 500."""

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
from .api_clients import ApiClient
from .assertions import assert_head_matches_get, assert_problem, assert_status, json_body
from .resources import Resources

JSON = {"Content-Type": "application/json"}
MIB = 2**20


# --- Paths and methods ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path", ["/nowhere", "/..%2f..%2fetc/passwd", "/api/v2/users", "/docs/nowhere"]
)
def test_unknown_path_returns_404(anonymous: httpx.Client, path: str) -> None:
    assert_problem(anonymous.get(path), 404)


@pytest.mark.parametrize("path", ["/%00", "/%ff", "/%zz", f"/{'x' * 5_000}"])
def test_malformed_path_returns_4xx(anonymous: httpx.Client, path: str) -> None:
    assert_problem(anonymous.get(path), 400, 404, 414)


def test_unknown_api_path_returns_404(admin: ApiClient) -> None:
    assert_problem(admin.get(f"/api/v1/{uuid4().hex}"), 404)


@pytest.mark.parametrize(
    "path", ["/openapi.json", "/docs", "/nowhere", "/api/v1/nowhere", "/api/v1/me"]
)
def test_head_returns_status_of_get(anonymous: httpx.Client, path: str) -> None:
    assert_head_matches_get(anonymous, path)


def test_unsupported_method_returns_405_with_allow_header(
    admin: ApiClient, sample_resources: Resources
) -> None:
    item = sample_resources.path_of(sample_resources.create())
    for method, path, allowed in (
        ("PATCH", sample_resources.path, {"GET", "POST"}),
        ("DELETE", sample_resources.path, {"GET", "POST"}),
        ("PATCH", item, {"GET", "PUT", "DELETE"}),
        ("POST", "/health/live", {"GET"}),
        ("POST", "/api/v1/me", {"GET"}),
    ):
        response = admin.request(method, path)
        assert_problem(response, 405)
        allow = {word.strip() for word in response.headers["Allow"].split(",")}
        assert allow >= allowed, f"{method} {path}: {allow}"
        assert method not in allow


# --- Request IDs ---------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/health/live", "/openapi.json", "/api/v1/me", "/nowhere"])
def test_request_id_is_unique_per_response(anonymous: httpx.Client, path: str) -> None:
    ids = {anonymous.get(path).headers["X-Request-ID"] for _ in range(3)}
    assert len(ids) == 3
    assert all(ids)


@pytest.mark.parametrize("sent", ["contract-1234", "A1.b_2-c3", str(uuid4())])
def test_valid_request_id_is_echoed(anonymous: httpx.Client, sent: str) -> None:
    headers = {"X-Request-ID": sent}
    assert anonymous.get("/health/live", headers=headers).headers["X-Request-ID"] == sent
    response = anonymous.get("/nowhere", headers=headers)
    assert assert_problem(response, 404)["request_id"] == sent


@pytest.mark.parametrize(
    "sent", ["x" * 2_000, "two words", "a\tb", "<script>", '"quoted"', "a;b", "{}", "\xff\xfe", ""]
)
def test_invalid_request_id_is_replaced(anonymous: httpx.Client, sent: str) -> None:
    headers = {b"X-Request-ID": sent.encode("latin-1")}
    response = anonymous.get("/nowhere", headers=headers)
    received = assert_problem(response, 404)["request_id"]
    assert received != sent
    assert re.fullmatch(r"[A-Za-z0-9._-]{8,128}", received)


def test_control_character_in_request_id_is_not_echoed(base_url: str) -> None:
    request = (
        b"GET /nowhere HTTP/1.1\r\nHost: x\r\nX-Request-ID: a\x01b\r\nConnection: close\r\n\r\n"
    )
    received = _send_raw(base_url, request)
    assert received.startswith(b"HTTP/1.1 4"), received
    assert b"\x01" not in received


def _send_raw(base_url: str, request: bytes) -> bytes:
    address = urlsplit(base_url)
    host_and_port = (address.hostname or "localhost", address.port or 80)
    with socket.create_connection(host_and_port, timeout=10) as connection:
        connection.sendall(request)
        return b"".join(iter(lambda: connection.recv(65_536), b""))


# --- Bodies --------------------------------------------------------------------------------------

MALFORMED = {
    "empty": b"",
    "half an object": b'{"name": ',
    "not JSON": b"name=value",
    "not UTF-8": b'{"name": "\xff\xfe"}',
    "two documents": b"{} {}",
    "NUL": b"\x00",
    "NaN": b"NaN",
    "deeply nested": b"[" * 100_000,
    "deeply nested and closed": b"[" * 100_000 + b"]" * 100_000,
    "deeply nested objects": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "long number": b"1" * 100_000,
    "lone surrogate as key": b'{"\\ud800": 1}',
}


@pytest.mark.parametrize("content", MALFORMED.values(), ids=MALFORMED.keys())
def test_malformed_body_returns_400_or_422(
    admin: ApiClient, sample_resources: Resources, content: bytes
) -> None:
    item = sample_resources.create()
    assert_problem(sample_resources.post(content=content, headers=JSON), 400, 422)
    headers = JSON | {"If-Match": sample_resources.etag(item)}
    assert_problem(
        admin.put(sample_resources.path_of(item), content=content, headers=headers), 400, 422
    )
    assert sample_resources.read(item) == item


@pytest.mark.answers(auth=("jwt", "session"))
@pytest.mark.parametrize("content", MALFORMED.values(), ids=MALFORMED.keys())
def test_malformed_login_body_returns_400_or_422(anonymous: httpx.Client, content: bytes) -> None:
    response = anonymous.post("/api/v1/auth/login", content=content, headers=JSON)
    assert_problem(response, 400, 422)


@pytest.mark.parametrize("content", [b"[]", b"[1]", b"null", b"1", b'"text"', b"true"])
def test_non_object_body_returns_400_or_422(sample_resources: Resources, content: bytes) -> None:
    assert_problem(sample_resources.post(content=content, headers=JSON), 400, 422)


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/x-www-form-urlencoded", "application/xml", "nonsense"],
)
def test_unsupported_content_type_returns_4xx(
    sample_resources: Resources, content_type: str
) -> None:
    content = json.dumps(sample_resources.body())
    headers = {"Content-Type": content_type}
    assert_problem(sample_resources.post(content=content, headers=headers), 400, 415, 422)


def test_content_type_with_charset_is_accepted(sample_resources: Resources) -> None:
    headers = {"Content-Type": "application/json; charset=utf-8"}
    assert_status(
        sample_resources.post(content=json.dumps(sample_resources.body()), headers=headers), 201
    )


def _chunks(content: bytes) -> Iterator[bytes]:
    for start in range(0, len(content), 65_536):
        yield content[start : start + 65_536]


@pytest.mark.parametrize("chunked", [False, True], ids=["announced", "chunked"])
def test_oversized_body_returns_413(sample_resources: Resources, chunked: bool) -> None:
    # The body is valid JSON with trailing white space, so only its size can be rejected.
    content = json.dumps(sample_resources.body()).encode().ljust(MIB + 65_536)
    response = sample_resources.post(content=_chunks(content) if chunked else content, headers=JSON)
    assert_problem(response, 413)


@pytest.mark.parametrize("chunked", [False, True], ids=["announced", "chunked"])
def test_oversized_anonymous_body_returns_413(
    anonymous: httpx.Client, sample_resources: Resources, chunked: bool
) -> None:
    content = b" " * (3 * MIB)
    body = _chunks(content) if chunked else content
    assert_problem(anonymous.post(sample_resources.path, content=body, headers=JSON), 413)


@pytest.mark.parametrize("chunked", [False, True], ids=["announced", "chunked"])
def test_body_of_maximum_size_is_accepted(sample_resources: Resources, chunked: bool) -> None:
    content = json.dumps(sample_resources.body()).encode().ljust(MIB)
    body = _chunks(content) if chunked else content
    assert_status(sample_resources.post(content=body, headers=JSON), 201)


def test_malformed_query_returns_200_or_4xx(admin: ApiClient, sample_resources: Resources) -> None:
    for query in ("limit=%00", "limit=%ff", "cursor=%ff", "limit=1&limit=2", "x=%zz", "=", "&&"):
        response = admin.get(f"{sample_resources.path}?{query}")
        if response.status_code != 200:
            assert_problem(response, 400, 422)


def test_problem_instance_contains_request_path(anonymous: httpx.Client) -> None:
    assert "/nowhere" in assert_problem(anonymous.get("/nowhere"), 404)["instance"]


# --- Rate limit ----------------------------------------------------------------------------------


@pytest.mark.rate_limit
def test_requests_over_rate_limit_return_429(
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
    assert_problem(response, 429)
    wait_seconds = int(response.headers["Retry-After"])
    assert 1 <= wait_seconds <= seconds
    # RateLimit and Retry-After name the same time.
    assert response.headers["RateLimit"].endswith(f";t={wait_seconds}")
    for _ in range(limit + 1):
        assert_status(anonymous.get("/health/live"), 200)
        assert json_body(anonymous.get("/health/ready"))["status"] == "ok"
    if wait_seconds <= 5:
        time.sleep(wait_seconds + 0.1)
        assert_problem(anonymous.get(path), 401)
