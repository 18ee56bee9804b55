"""Metrics for Prometheus."""

import os
from pathlib import Path

import httpx
import pytest

from app.platform.observability import metrics


async def test_requests_are_counted_by_route_template(client: httpx.AsyncClient) -> None:
    await client.get("/api/v1/users/3f2504e0-4f89-11d3-9a0c-0305e82c3301")
    await client.get("/nowhere/at/all")

    response = await client.get("/metrics")

    assert response.headers["Content-Type"].startswith("text/plain")
    text = response.text
    assert 'route="/api/v1/users/{user_id}",status="401"' in text
    assert 'method="any",route="unmatched",status="404"' in text
    assert "http_request_duration_seconds_bucket" in text
    assert "/nowhere" not in text


async def test_workers_share_metrics(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("atexit.register", lambda *_, **__: None)
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", "")
    metrics.share_between_processes()

    assert Path(os.environ["PROMETHEUS_MULTIPROC_DIR"]).is_dir()
    assert (await client.get("/metrics")).status_code == 200
    Path(os.environ["PROMETHEUS_MULTIPROC_DIR"]).rmdir()
