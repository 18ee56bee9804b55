"""What many tests assert of an answer."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import httpx

PROBLEM_KEYS = {"type", "title", "status", "detail", "instance", "request_id"}
STRONG_ETAG = re.compile(r'"[\x21\x23-\x7e]+"')


def told(response: httpx.Response) -> str:
    """Return what was asked and answered, for the message of a failed assertion."""
    request = response.request
    return f"{request.method} {request.url} -> {response.status_code} {response.text[:500]}"


def answered(response: httpx.Response, *statuses: int) -> httpx.Response:
    """Assert that the status is one of `statuses`, and return the response."""
    assert response.status_code in statuses, f"not {statuses}: {told(response)}"
    return response


def body_of(response: httpx.Response, *statuses: int) -> Any:
    """Assert that the status is one of `statuses` (200 by default), and return the JSON body."""
    answered(response, *(statuses or (200,)))
    assert media_type(response) == "application/json", told(response)
    return response.json()


def problem(response: httpx.Response, *statuses: int) -> dict[str, Any]:
    """Assert that it is a well-formed problem of one of `statuses` (any 4xx by default)."""
    answered(response, *(statuses or range(400, 500)))
    assert media_type(response) == "application/problem+json", told(response)
    content = response.json()
    assert isinstance(content, dict), told(response)
    assert content.keys() >= PROBLEM_KEYS, f"lacks {PROBLEM_KEYS - content.keys()}"
    texts = {key: content[key] for key in PROBLEM_KEYS - {"status"}}
    assert all(isinstance(text, str) and text for text in texts.values()), texts
    assert content["status"] == response.status_code
    assert content["request_id"] == response.headers.get("X-Request-ID")
    if response.status_code == httpx.codes.UNAUTHORIZED:
        assert response.headers.get("WWW-Authenticate"), told(response)
    return content


def media_type(response: httpx.Response) -> str:
    """Return the content type without its parameters."""
    content_type: str = response.headers.get("Content-Type", "")
    return content_type.partition(";")[0].strip().lower()


def instant(text: object) -> dt.datetime:
    """Assert that `text` is an ISO 8601 date and time with a time zone, and return it."""
    assert isinstance(text, str), text
    moment = dt.datetime.fromisoformat(text)
    assert moment.tzinfo is not None, f"no time zone: {text}"
    return moment
