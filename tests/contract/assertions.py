"""Assertions on HTTP responses that many tests share."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any, Protocol

import httpx

PROBLEM_KEYS = {"type", "title", "status", "detail", "instance", "request_id"}
STRONG_ETAG = re.compile(r'"[\x21\x23-\x7e]+"')


class Requester(Protocol):
    """Client that sends requests, with or without credentials."""

    def request(
        self, method: str, path: str, /, *, headers: dict[str, str] | None = None
    ) -> httpx.Response:
        """Send a request."""


def describe_exchange(response: httpx.Response) -> str:
    """Return the request and its response as text, for the message of a failed assertion."""
    request = response.request
    return f"{request.method} {request.url} -> {response.status_code} {response.text[:500]}"


def assert_status(response: httpx.Response, *statuses: int) -> httpx.Response:
    """Assert that the status code is one of `statuses` and return the response."""
    assert response.status_code in statuses, f"not {statuses}: {describe_exchange(response)}"
    return response


def json_body(response: httpx.Response, *statuses: int) -> Any:
    """Assert that the status code is one of `statuses` (default 200) and return the JSON body."""
    assert_status(response, *(statuses or (200,)))
    assert media_type(response) == "application/json", describe_exchange(response)
    return response.json()


def assert_problem(response: httpx.Response, *statuses: int) -> dict[str, Any]:
    """Assert a well-formed problem document with one of `statuses` (default any 4xx)."""
    assert_status(response, *(statuses or range(400, 500)))
    assert media_type(response) == "application/problem+json", describe_exchange(response)
    content = response.json()
    assert isinstance(content, dict), describe_exchange(response)
    assert content.keys() >= PROBLEM_KEYS, f"missing {PROBLEM_KEYS - content.keys()}"
    texts = {key: content[key] for key in PROBLEM_KEYS - {"status"}}
    assert all(isinstance(text, str) and text for text in texts.values()), texts
    assert content["status"] == response.status_code
    assert content["request_id"] == response.headers.get("X-Request-ID")
    if response.status_code == httpx.codes.UNAUTHORIZED:
        assert response.headers.get("WWW-Authenticate"), describe_exchange(response)
    return content


def assert_head_matches_get(
    client: Requester, path: str, headers: dict[str, str] | None = None
) -> httpx.Response:
    """Assert that HEAD returns status and headers of GET without a body; return the response."""
    get, head = (client.request(method, path, headers=headers) for method in ("GET", "HEAD"))
    assert head.status_code == get.status_code, describe_exchange(head)
    assert head.content == b"", describe_exchange(head)
    for name in ("Content-Type", "ETag", "Allow", "WWW-Authenticate"):
        assert head.headers.get(name) == get.headers.get(name), name
    assert head.headers["X-Request-ID"]
    return head


def media_type(response: httpx.Response) -> str:
    """Return the media type without its parameters."""
    content_type: str = response.headers.get("Content-Type", "")
    return content_type.partition(";")[0].strip().lower()


def parse_timestamp(text: object) -> dt.datetime:
    """Assert an ISO 8601 date and time with a time zone and return it."""
    assert isinstance(text, str), text
    moment = dt.datetime.fromisoformat(text)
    assert moment.tzinfo is not None, f"no time zone: {text}"
    return moment
