"""Headers that protect people's browsers, and headers that tell nobody too much."""

from __future__ import annotations

import httpx
import pytest

from .callers import Caller
from .checks import answered
from .things import Things

EVIL = "https://evil.example"
# What proves nothing, whatever proves something.
NO_PROOF = {"Authorization": "Bearer nonsense", "X-API-Key": "x", "Cookie": "__Host-session=x"}


@pytest.fixture
def responses(
    anonymous: httpx.Client, viewer: Caller, some_things: Things
) -> dict[str, httpx.Response]:
    """Answers of the API: good ones and refusals of several layers."""
    item = some_things.at(some_things.create())
    return {
        "list": answered(viewer.get(some_things.path), 200),
        "item": answered(viewer.get(item), 200),
        "created": answered(some_things.post(json=some_things.body()), 201),
        "unauthorized": answered(anonymous.get(item), 401),
        "refused proof": answered(anonymous.get("/api/v1/me", headers=NO_PROOF), 401),
        "forbidden": answered(viewer.get("/api/v1/users"), 403),
        "unknown": answered(viewer.get(f"{some_things.path}/nonsense"), 400, 404, 422),
        "wrong method": answered(viewer.request("PATCH", item), 405),
        "invalid": answered(some_things.post(json={"surprise": 1}), 422),
        "too large": answered(some_things.post(content=b" " * (2**20 + 1)), 413, 415),
    }


def test_api_answers_are_protected(responses: dict[str, httpx.Response]) -> None:
    for name, response in responses.items():
        headers = response.headers
        assert headers.get("X-Content-Type-Options", "").lower() == "nosniff", name
        framing = headers.get("X-Frame-Options", ""), headers.get("Content-Security-Policy", "")
        assert framing[0].upper() == "DENY" or "frame-ancestors 'none'" in framing[1], name
        assert headers.get("Referrer-Policy"), name
        assert "no-store" in headers.get("Cache-Control", ""), name


def test_answers_do_not_name_the_software(
    anonymous: httpx.Client, responses: dict[str, httpx.Response]
) -> None:
    others = {path: anonymous.get(path) for path in ("/health/live", "/openapi.json", "/nowhere")}
    for name, response in (responses | others).items():
        assert "Server" not in response.headers, name
        assert "X-Powered-By" not in response.headers, name


def test_every_answer_has_a_request_id(responses: dict[str, httpx.Response]) -> None:
    assert all(response.headers.get("X-Request-ID") for response in responses.values())


@pytest.mark.parametrize("origin", [EVIL, "null", "http://localhost.evil.example"])
def test_a_foreign_page_may_not_read(viewer: Caller, some_things: Things, origin: str) -> None:
    response = answered(viewer.get(some_things.path, headers={"Origin": origin}), 200)
    _assert_closed(response)


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_a_foreign_page_gets_no_preflight(
    anonymous: httpx.Client, some_things: Things, method: str
) -> None:
    headers = {
        "Origin": EVIL,
        "Access-Control-Request-Method": method,
        "Access-Control-Request-Headers": "authorization",
    }
    response = anonymous.options(some_things.path, headers=headers)
    assert response.status_code < 500
    _assert_closed(response)


def _assert_closed(response: httpx.Response) -> None:
    opened = [name for name in response.headers if name.startswith("access-control-allow")]
    assert "access-control-allow-origin" not in opened
    assert "access-control-allow-credentials" not in opened
