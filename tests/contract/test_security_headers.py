"""Security and CORS headers of responses."""

from __future__ import annotations

import httpx
import pytest

from .api_clients import ApiClient
from .assertions import assert_status
from .resources import Resources

FOREIGN_ORIGIN = "https://evil.example"
# Invalid for every authentication method.
INVALID_CREDENTIALS = {
    "Authorization": "Bearer nonsense",
    "X-API-Key": "x",
    "Cookie": "__Host-session=x",
}


@pytest.fixture
def responses(
    anonymous: httpx.Client, viewer: ApiClient, sample_resources: Resources
) -> dict[str, httpx.Response]:
    """API responses: successes, and errors from several layers."""
    item = sample_resources.path_of(sample_resources.create())
    return {
        "list": assert_status(viewer.get(sample_resources.path), 200),
        "item": assert_status(viewer.get(item), 200),
        "created": assert_status(sample_resources.post(json=sample_resources.body()), 201),
        "unauthorized": assert_status(anonymous.get(item), 401),
        "invalid credentials": assert_status(
            anonymous.get("/api/v1/me", headers=INVALID_CREDENTIALS), 401
        ),
        "forbidden": assert_status(viewer.get("/api/v1/users"), 403),
        "unknown": assert_status(viewer.get(f"{sample_resources.path}/nonsense"), 400, 404, 422),
        "wrong method": assert_status(viewer.request("PATCH", item), 405),
        "invalid": assert_status(sample_resources.post(json={"surprise": 1}), 422),
        "too large": assert_status(sample_resources.post(content=b" " * (2**20 + 1)), 413, 415),
    }


def test_api_responses_have_security_headers(responses: dict[str, httpx.Response]) -> None:
    for name, response in responses.items():
        headers = response.headers
        assert headers.get("X-Content-Type-Options", "").lower() == "nosniff", name
        framing = headers.get("X-Frame-Options", ""), headers.get("Content-Security-Policy", "")
        assert framing[0].upper() == "DENY" or "frame-ancestors 'none'" in framing[1], name
        assert headers.get("Referrer-Policy"), name
        assert "no-store" in headers.get("Cache-Control", ""), name


def test_responses_do_not_disclose_server_software(
    anonymous: httpx.Client, responses: dict[str, httpx.Response]
) -> None:
    other_responses = {
        path: anonymous.get(path) for path in ("/health/live", "/openapi.json", "/nowhere")
    }
    for name, response in (responses | other_responses).items():
        assert "Server" not in response.headers, name
        assert "X-Powered-By" not in response.headers, name


def test_api_responses_have_request_id(responses: dict[str, httpx.Response]) -> None:
    assert all(response.headers.get("X-Request-ID") for response in responses.values())


@pytest.mark.parametrize("origin", [FOREIGN_ORIGIN, "null", "http://localhost.evil.example"])
def test_request_from_foreign_origin_gets_no_cors_headers(
    viewer: ApiClient, sample_resources: Resources, origin: str
) -> None:
    response = assert_status(viewer.get(sample_resources.path, headers={"Origin": origin}), 200)
    _assert_no_cors_headers(response)


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_preflight_from_foreign_origin_gets_no_cors_headers(
    anonymous: httpx.Client, sample_resources: Resources, method: str
) -> None:
    headers = {
        "Origin": FOREIGN_ORIGIN,
        "Access-Control-Request-Method": method,
        "Access-Control-Request-Headers": "authorization",
    }
    response = anonymous.options(sample_resources.path, headers=headers)
    assert response.status_code < 500
    _assert_no_cors_headers(response)


def _assert_no_cors_headers(response: httpx.Response) -> None:
    cors_headers = [name for name in response.headers if name.startswith("access-control-allow")]
    assert "access-control-allow-origin" not in cors_headers
    assert "access-control-allow-credentials" not in cors_headers
