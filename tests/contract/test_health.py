"""Health and metrics: what an orchestrator and a monitor ask."""

from __future__ import annotations

import re
from uuid import uuid4

import httpx
import pytest

from .callers import Caller
from .checks import answered, body_of, media_type, problem
from .things import Things

UUID_ANYWHERE = re.compile(r"[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}", re.IGNORECASE)


def test_it_is_alive(anonymous: httpx.Client) -> None:
    answered(anonymous.get("/health/live"), 200)


def test_it_is_ready(anonymous: httpx.Client) -> None:
    assert body_of(anonymous.get("/health/ready"))["status"] == "ok"


@pytest.mark.parametrize("path", ["/health/live", "/health/ready"])
def test_health_asks_for_no_identity_and_ignores_a_wrong_one(
    anonymous: httpx.Client, path: str
) -> None:
    answered(anonymous.get(path, headers={"Authorization": "Bearer nonsense"}), 200)


@pytest.mark.answers(metrics="prometheus")
def test_requests_are_counted_by_route(
    anonymous: httpx.Client, admin: Caller, some_things: Things
) -> None:
    item = some_things.create()
    some_things.get(item)
    problem(admin.get(f"{some_things.path}/{uuid4()}"), 404)
    stray = uuid4().hex
    problem(anonymous.get(f"/{stray}"), 404)
    before = _counted(_metrics(anonymous), some_things.path)
    some_things.get(item)
    text = _metrics(anonymous)
    assert _counted(text, some_things.path) > before
    assert item["id"] not in text
    assert stray not in text


@pytest.mark.answers(metrics="prometheus")
def test_no_metric_is_labelled_with_an_identifier(
    anonymous: httpx.Client, some_things: Things
) -> None:
    some_things.get(some_things.create())
    found = UUID_ANYWHERE.search(_metrics(anonymous))
    assert found is None, found


def _metrics(anonymous: httpx.Client) -> str:
    response = answered(anonymous.get("/metrics"), 200)
    assert media_type(response) in {"text/plain", "application/openmetrics-text"}
    return response.text


def _counted(metrics: str, path: str) -> float:
    """Add up the counters of the route of one item, whatever its parameter is called."""
    route = re.escape(path) + r"/(\{\w+\}|:\w+)"
    line = re.compile(rf'^\w+_(?:total|count)\{{.*"{route}".*\}} (\S+)', re.MULTILINE)
    return sum(float(match[2]) for match in line.finditer(metrics))


@pytest.mark.answers(metrics="none")
def test_there_are_no_metrics(anonymous: httpx.Client) -> None:
    problem(anonymous.get("/metrics"), 404)
