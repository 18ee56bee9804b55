"""Health checks and metrics."""

from __future__ import annotations

import re
from uuid import uuid4

import httpx
import pytest

from .api_clients import ApiClient
from .assertions import (
    assert_head_matches_get,
    assert_problem,
    assert_status,
    json_body,
    media_type,
)
from .resources import Resources

METRICS_MEDIA_TYPES = {"text/plain", "application/openmetrics-text"}
UUID_ANYWHERE = re.compile(r"[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}", re.IGNORECASE)


def test_liveness_returns_200(anonymous: httpx.Client) -> None:
    assert json_body(anonymous.get("/health/live"))["status"] == "ok"


def test_readiness_returns_200_with_status_ok(anonymous: httpx.Client) -> None:
    content = json_body(anonymous.get("/health/ready"))
    assert content["status"] == "ok"
    assert "database" in content["checks"]
    assert set(content["checks"].values()) == {"ok"}


@pytest.mark.parametrize("path", ["/health/live", "/health/ready"])
def test_health_supports_head(anonymous: httpx.Client, path: str) -> None:
    assert_head_matches_get(anonymous, path)


@pytest.mark.parametrize("path", ["/health/live", "/health/ready"])
def test_health_with_invalid_credentials_returns_200(anonymous: httpx.Client, path: str) -> None:
    assert_status(anonymous.get(path, headers={"Authorization": "Bearer nonsense"}), 200)


@pytest.mark.answers(metrics="prometheus")
def test_request_counter_is_labelled_with_route_template(
    anonymous: httpx.Client, admin: ApiClient, sample_resources: Resources
) -> None:
    item = sample_resources.create()
    sample_resources.get(item)
    assert_problem(admin.get(f"{sample_resources.path}/{uuid4()}"), 404)
    unknown_path = uuid4().hex
    assert_problem(anonymous.get(f"/{unknown_path}"), 404)
    before = _request_count(_metrics(anonymous), sample_resources.path)
    sample_resources.get(item)
    text = _metrics(anonymous)
    assert _request_count(text, sample_resources.path) > before
    assert item["id"] not in text
    assert unknown_path not in text


@pytest.mark.answers(metrics="prometheus")
def test_metrics_contain_no_uuid(anonymous: httpx.Client, sample_resources: Resources) -> None:
    sample_resources.get(sample_resources.create())
    found = UUID_ANYWHERE.search(_metrics(anonymous))
    assert found is None, found


def _metrics(anonymous: httpx.Client) -> str:
    response = assert_status(anonymous.get("/metrics"), 200)
    assert media_type(response) in METRICS_MEDIA_TYPES
    return response.text


def _request_count(metrics: str, path: str) -> float:
    """Return the sum of the request counters of an item route, whatever its parameter name."""
    route = re.escape(path) + r"/(\{\w+\}|:\w+)"
    line = re.compile(rf'^\w+_(?:total|count)\{{.*"{route}".*\}} (\S+)', re.MULTILINE)
    return sum(float(match[2]) for match in line.finditer(metrics))


@pytest.mark.answers(metrics="prometheus")
def test_metrics_support_head(anonymous: httpx.Client) -> None:
    response = assert_status(anonymous.head("/metrics"), 200)
    assert response.content == b""
    assert media_type(response) in METRICS_MEDIA_TYPES


@pytest.mark.answers(metrics="none")
def test_disabled_metrics_return_404(anonymous: httpx.Client) -> None:
    assert_problem(anonymous.get("/metrics"), 404)
