"""Request smuggling, log injection, and path traversal."""

from __future__ import annotations

import http.client
import json
import re
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest

from ..contract.assertions import assert_problem, json_body
from .attacked import CASE_NAMES, Attacked

__all__ = ["CASE_NAMES"]

# The server reads requests before it knows how they authenticate.
DAILY_NAMES = CASE_NAMES[:1]

TIMEOUT_SECONDS = 60
STATUS_LINE = re.compile(rb"HTTP/1\.[01] (\d{3}) ")
# A request to a path that does not exist: a 404 in the response shows that it was smuggled.
SMUGGLED = b"GET /smuggled HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
LOGIN = b"POST /api/v1/me HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
GET = b"GET /health/live HTTP/1.1\r\n"
HOST = b"Host: x\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n"


def length(number: object) -> bytes:
    return f"Content-Length: {number}\r\n".encode()


def request_with_body(*headers: bytes, body: bytes = b"0\r\n\r\n") -> bytes:
    """Return a request with these framing headers, followed by the smuggled request."""
    return LOGIN + b"".join(headers) + b"\r\n" + body + SMUGGLED


def request_with_lines(*lines: bytes) -> bytes:
    """Return a request with these header lines, followed by the smuggled request."""
    return GET + b"".join(lines) + b"\r\n" + SMUGGLED


# The end of the body is ambiguous: 400, and the connection is closed.
AMBIGUOUS: dict[str, bytes] = {
    "a length and chunks": request_with_body(length(5 + len(SMUGGLED)), CHUNKED),
    "chunks and a length": request_with_body(CHUNKED, length(5)),
    "chunks and a length that is short": request_with_body(
        CHUNKED, length(1), body=b"1\r\nx\r\n0\r\n\r\n"
    ),
    "two lengths": request_with_body(length(5), length(5 + len(SMUGGLED))),
    "two lengths in one": request_with_body(length("5, 90")),
    "a length in hexadecimal": request_with_body(length("0x5")),
    "a length with a sign": request_with_body(length("+5")),
    "a negative length": request_with_body(length("-5")),
    "a length with a fraction": request_with_body(length("5.0")),
    "a length with an underscore": request_with_body(length("0_5")),
    "a length beyond all": request_with_body(length("9" * 40)),
    "an empty length": request_with_body(length("")),
    "a length that is a word": request_with_body(length("five")),
    "a length in two pieces": request_with_body(length("5 5")),
    "chunked, nearly": request_with_body(b"Transfer-Encoding: xchunked\r\n"),
    "chunked in the middle": request_with_body(b"Transfer-Encoding: chunked, identity\r\n"),
    "chunked and more": request_with_body(CHUNKED, b"Transfer-Encoding: identity\r\n"),
    "a space before the colon": request_with_body(b"Transfer-Encoding : chunked\r\n", length(5)),
    "a length with a space before the colon": request_with_body(b"Content-Length : 5\r\n"),
    "a tab before the colon": request_with_body(b"Transfer-Encoding\t: chunked\r\n", length(5)),
    "a vertical tab in the coding": request_with_body(
        b"Transfer-Encoding: \x0bchunked\r\n", length(5)
    ),
    "a folded coding": request_with_body(b"Transfer-Encoding:\r\n chunked\r\n", length(5)),
    "a chunk in hexadecimal": request_with_body(CHUNKED, body=b"0x1\r\nx\r\n0\r\n\r\n"),
    "a negative chunk": request_with_body(CHUNKED, body=b"-1\r\nx\r\n0\r\n\r\n"),
    "a chunk beyond all": request_with_body(CHUNKED, body=b"F" * 20 + b"\r\nx\r\n0\r\n\r\n"),
    "a chunk that is longer than it says": request_with_body(
        CHUNKED, body=b"1\r\nxyz\r\n0\r\n\r\n"
    ),
    "a chunk without a line end": request_with_body(CHUNKED, body=b"1\r\nx0\r\n\r\n"),
    "a bare line feed after a chunk's size": request_with_body(CHUNKED, body=b"1\nx\r\n0\r\n\r\n"),
    "a bare line feed after a chunk": request_with_body(CHUNKED, body=b"1\r\nx\n0\r\n\r\n"),
    "a line feed in a chunk's extension": request_with_body(
        CHUNKED, body=b"1;a\nb\r\nx\r\n0\r\n\r\n"
    ),
    "a carriage return in a chunk's extension": request_with_body(
        CHUNKED, body=b"1;a\rb\r\nx\r\n0\r\n\r\n"
    ),
}
# Malformed header or request lines.
MALFORMED: dict[str, bytes] = {
    "a bare line feed after a header": request_with_lines(HOST, b"X: y\n"),
    "bare line feeds": b"GET /health/live HTTP/1.1\nHost: x\n\n" + SMUGGLED,
    "a bare carriage return after a header": request_with_lines(HOST, b"X: y\rX-Other: z\r\n"),
    "a carriage return in a value": request_with_lines(HOST, b"X: a\rb\r\n"),
    "a NUL in a value": request_with_lines(HOST, b"X: a\0b\r\n"),
    "a NUL in a name": request_with_lines(HOST, b"X\0Y: a\r\n"),
    "a control character in a value": request_with_lines(HOST, b"X: a\x01b\r\n"),
    "a space in a name": request_with_lines(HOST, b"X Y: z\r\n"),
    "a space before the colon": request_with_lines(HOST, b"X : z\r\n"),
    "a space before the first header": request_with_lines(b" " + HOST),
    "no name": request_with_lines(HOST, b": z\r\n"),
    "no colon": request_with_lines(HOST, b"X\r\n"),
    "a bracket in a name": request_with_lines(HOST, b"X(y): z\r\n"),
    "a letter beyond ASCII in a name": request_with_lines(HOST, b"X\xe9: z\r\n"),
    "a space in the target": b"GET /health/live x HTTP/1.1\r\nHost: x\r\n\r\n" + SMUGGLED,
    "no target": b"GET  HTTP/1.1\r\nHost: x\r\n\r\n" + SMUGGLED,
    "another version": b"GET /health/live HTTP/1.9\r\nHost: x\r\n\r\n" + SMUGGLED,
    "another protocol": b"GET /health/live ICE/1.0\r\nHost: x\r\n\r\n" + SMUGGLED,
    "a version in small letters": b"GET /health/live http/1.1\r\nHost: x\r\n\r\n" + SMUGGLED,
    "a NUL in the target": b"GET /health\0/live HTTP/1.1\r\nHost: x\r\n\r\n" + SMUGGLED,
    "an invalid method": b"G\x00T /health/live HTTP/1.1\r\nHost: x\r\n\r\n" + SMUGGLED,
    "HTTP/2 without asking": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + SMUGGLED,
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 64,
}
# Unusual but unambiguous: the bytes that follow are another request.
UNUSUAL: dict[str, bytes] = {
    "an absolute target": b"GET http://evil.example/health/live HTTP/1.1\r\nHost: x\r\n\r\n",
    "another scheme": b"GET file:///etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n",
    "two hosts": GET + HOST + b"Host: evil.example\r\n\r\n",
    "no host": GET + b"\r\n",
    "a host with a path": GET + b"Host: x/evil\r\n\r\n",
    "a host with a user": GET + b"Host: x@evil.example\r\n\r\n",
    "a folded header": GET + HOST + b"X: a\r\n b\r\n\r\n",
    "a header twice": GET + HOST + b"X-Request-ID: a\r\nX-Request-ID: b\r\n\r\n",
    "no version": b"GET /health/live\r\nHost: x\r\n\r\n",
    "the version after": b"GET /health/live HTTP/2.0\r\nHost: x\r\n\r\n",
    "the version before": b"GET /health/live HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n",
    "a body where none is expected": GET + HOST + length(3) + b"\r\nabc",
    "an upgrade": GET + HOST + b"Connection: Upgrade\r\nUpgrade: h2c\r\n\r\n",
    "a web socket": GET
    + HOST
    + b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    + b"Sec-WebSocket-Key: x3JJHMbDL1EzLkh9GBhXDw==\r\n\r\n",
    "all of the server": b"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n",
    "a tunnel": b"CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example:443\r\n\r\n",
    "an expectation": GET + HOST + b"Expect: 100-continue\r\n\r\n",
}


def exchange(attacked: Attacked, request: bytes) -> bytes:
    """Send bytes and return all bytes received until the service closes the connection."""
    place = urlsplit(attacked.its.base_url)
    received = b""
    with socket.create_connection((place.hostname, place.port), TIMEOUT_SECONDS) as connection:
        try:
            connection.sendall(request)
            while chunk := connection.recv(65_536):
                received += chunk
        except ConnectionError:
            pass
    return received


def exchange_all(attacked: Attacked, requests: dict[str, bytes]) -> dict[str, bytes]:
    """Send many requests concurrently, since valid ones are closed only after an idle timeout."""
    with ThreadPoolExecutor(len(requests)) as pool:
        received = pool.map(lambda request: exchange(attacked, request), requests.values())
        return dict(zip(requests, received, strict=True))


def statuses(received: bytes) -> list[int]:
    return [int(status) for status in STATUS_LINE.findall(received)]


def paths_logged(attacked: Attacked) -> list[str]:
    return [path for _, path, _ in attacked.requests()]


def test_pipelined_request_is_answered_and_logged(attacked: Attacked) -> None:
    received = exchange(attacked, GET + HOST + b"\r\n" + SMUGGLED.replace(b"led", b"led-openly"))

    assert statuses(received) == [200, 404]
    assert "/smuggled-openly" in paths_logged(attacked)


def test_ambiguous_or_malformed_request_returns_400_and_closes_connection(
    attacked: Attacked,
) -> None:
    answers = exchange_all(attacked, AMBIGUOUS | MALFORMED)

    statuses_by_name = {name: statuses(answer) for name, answer in answers.items()}
    assert {name: each for name, each in statuses_by_name.items() if each != [400]} == {}
    assert "/smuggled" not in paths_logged(attacked)
    for name, answer in answers.items():
        assert b"application/problem+json" in answer, name
        assert re.search(rb"\r\nconnection: close\r\n", answer, re.IGNORECASE), name
    assert attacked.client.get("/health/live").status_code == 200


def test_unusual_request_is_read_as_one_request(attacked: Attacked) -> None:
    last = GET.replace(b"live", b"ready") + HOST + b"Connection: close\r\n\r\n"
    answers = exchange_all(attacked, {name: each + last for name, each in UNUSUAL.items()})

    for name, answer in answers.items():
        first, *others = statuses(answer)
        assert first < 500, (name, answer)
        assert others in ([], [200]), (name, answer)
        if first == 400:
            assert others == [], (name, answer)
        assert b"evil" not in answer, (name, answer)
    assert attacked.client.get("/health/live").status_code == 200


def test_forwarded_headers_from_untrusted_client_are_ignored(attacked: Attacked) -> None:
    headers = {
        "X-Forwarded-For": "203.0.113.7",
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Proto": "evil",
        "X-Forwarded-Prefix": "//evil.example",
        "X-Real-IP": "203.0.113.7",
        "Forwarded": "for=203.0.113.7;host=evil.example;proto=evil",
        "X-Original-URL": "/docs",
        "X-Rewrite-URL": "/docs",
        "Host": "evil.example",
    }
    for route in attacked.entity_routes("POST"):
        created = attacked.owner.post(route.path, json=route.body({}), headers=headers)
        assert created.status_code == 201
        assert created.headers["Location"] == f"{route.path}/{created.json()['id']}"
        for value in ("evil", "203.0.113.7"):
            assert value not in f"{created.headers} {created.text}"
        attacked.admin.delete(created.headers["Location"]).raise_for_status()
    for path in ("/docs", "/openapi.json", "/nowhere"):
        answer = attacked.client.get(path, headers=headers)
        assert "evil" not in f"{answer.headers} {answer.text}"
    log = attacked.its.log.read_text(encoding="utf-8")
    assert "evil" not in log


def test_log_injection_is_escaped(attacked: Attacked) -> None:
    forged = '{"event": "forged", "level": "info"}'
    encoded = forged.replace('"', "%22").replace(" ", "%20")
    for way in ("%0a", "%0d%0a", "%e2%80%a8", "%c2%85", "%00", "%1b[2K%0d"):
        assert_problem(attacked.client.get(f"/nowhere{way}{encoded}{way}"), 404)
    for headers in ({"X-Request-ID": forged}, {"User-Agent": forged}):
        assert_problem(attacked.client.get("/nowhere", headers=headers), 404)

    lines = attacked.its.log.read_text(encoding="utf-8").split("\n")
    logged = [json.loads(line) for line in filter(None, lines)]
    assert {each["event"] for each in logged}.isdisjoint({"forged"})
    assert "\x1b" not in "".join(lines)


# --- Paths ---------------------------------------------------------------------------------------

TRAVERSALS = [
    "/../../../../../../etc/passwd",
    "/%2e%2e/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
    "/..%2f..%2f..%2f..%2fetc%2fpasswd",
    "/%2e%2e%2f%2e%2e%2fpyproject.toml",
    "/..%5c..%5cpyproject.toml",
    "/..\\..\\pyproject.toml",
    "/..;/..;/pyproject.toml",
    "/%252e%252e%252f%252e%252e%252fpyproject.toml",
    "/%c0%ae%c0%ae/%c0%ae%c0%ae/pyproject.toml",
    "/%uff0e%uff0e/pyproject.toml",
    "/....//....//pyproject.toml",
    "/.%00./pyproject.toml",
    "/pyproject.toml%00.json",
    "/.env",
    "/.git/config",
    "/.copier-answers.yml",
    "/app/settings.py",
    "//etc/passwd",
    "/./pyproject.toml",
    "/file:///etc/passwd",
    "/%2fetc%2fpasswd",
]
# Content of files that must not be served.
FILE_CONTENT = re.compile(r"root:.*:0:0|\[project\]|\[core\]|_commit:|class Settings")


def raw_get(connection: http.client.HTTPConnection, path: str, **headers: str) -> tuple[int, str]:
    """Send a GET without the path normalization of other clients."""
    connection.putrequest("GET", path, skip_accept_encoding=True)
    for name, value in headers.items():
        connection.putheader(name, value)
    connection.endheaders()
    response = connection.getresponse()
    return response.status, response.read().decode("utf-8", "replace")


def prefixes(attacked: Attacked) -> list[str]:
    """Return the paths without an id, and each prefix of them."""
    paths = {route.collection for route in attacked.routes} | {"", "/docs", "/openapi.json"}
    paths |= {"/metrics", "/static", "/sign-in", "/sign-in/sign_in.js", "/sign-in/callback"}
    for path in list(paths):
        parts = path.split("/")
        paths |= {"/".join(parts[:number]) for number in range(1, len(parts))}
    return sorted(paths)


@pytest.fixture
def connection(attacked: Attacked) -> Iterator[http.client.HTTPConnection]:
    place = urlsplit(attacked.its.base_url)
    created = http.client.HTTPConnection(str(place.hostname), place.port, timeout=TIMEOUT_SECONDS)
    yield created
    created.close()


def test_path_traversal_returns_4xx(
    attacked: Attacked, connection: http.client.HTTPConnection
) -> None:
    unexpected = {}
    for prefix in prefixes(attacked):
        for traversal in TRAVERSALS:
            status, text = raw_get(connection, prefix + traversal)
            # A path with an id requires authentication before the id is validated.
            if status not in {400, 401, 404, 405} or FILE_CONTENT.search(text):
                unexpected[prefix + traversal] = (status, text[:200])
    assert unexpected == {}


def test_alternative_path_spelling_returns_400_or_404(
    attacked: Attacked, connection: http.client.HTTPConnection
) -> None:
    """Another spelling must not bypass a proxy that blocks a path."""
    unexpected = {}
    for route in attacked.routes:
        if route.method != "GET" or route.has_id or route.path.startswith("/health"):
            continue
        json_body(attacked.admin.get(route.path, params={"limit": 1} if route.query else None))
        first, rest = route.path[:4], route.path[4:]
        others = [
            f"{route.path}/",
            f"/{route.path}",
            f"{first}//{rest}",
            f"{first}/.{rest}",
            f"{first}/x/..{rest}",
            f"{route.path}%00",
            f"{route.path}%20",
            f"{route.path};x=1",
            f"{route.path}.json",
            f"{route.path}%3flimit=1",
            f"{route.path}%23",
            route.path.upper(),
            route.path.replace("/", "%2f"),
            route.path.replace("/", "\\"),
        ]
        for path in others:
            status, _ = raw_get(connection, path, **attacked.admin.headers())
            if status not in {400, 404}:
                unexpected[path] = status
    assert unexpected == {}
