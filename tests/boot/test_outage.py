"""Database outages: refused connections, silent connections, and recovery."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from .cases import first
from .proxy import Proxy
from .running import ADMIN_PASSWORD, Running, Service, log_in, running

CASE_NAMES = [first(database="postgresql"), first(database="mysql")]
EMAIL = "outage@example.com"
TIMEOUT_SECONDS = 1
# The service waits for a free connection for five seconds; the rest is for a busy machine.
PATIENCE_SECONDS = 15


@pytest.fixture
def with_admin(service: Service) -> Service:
    service.app("create-admin", "--email", EMAIL, "--password", ADMIN_PASSWORD)
    return service


def assert_unavailable(response: httpx.Response) -> None:
    assert response.status_code == 503, response.text
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.json()["detail"] == "The database does not answer; try again later."
    assert response.elapsed.total_seconds() < PATIENCE_SECONDS


def assert_recovers(its: Running, headers: dict[str, str]) -> None:
    """Assert that the service becomes ready without a restart."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while its.client.get("/health/ready").status_code != 200:
        assert time.monotonic() < deadline, "the service does not recover"
        time.sleep(0.1)
    for _ in range(10):  # every pooled connection
        assert its.client.get("/api/v1/me", headers=headers).status_code == 200


def assert_not_ready(its: Running) -> None:
    ready = its.client.get("/health/ready")
    assert ready.status_code == 503
    assert ready.headers["Content-Type"] == "application/problem+json"
    assert "database" in ready.json()["detail"]
    assert ready.json()["checks"]["database"] == "unavailable"
    assert its.client.head("/health/ready").status_code == 503
    assert its.client.get("/health/live").status_code == 200


def at_once(call: Callable[[], httpx.Response], times: int) -> list[httpx.Response]:
    with ThreadPoolExecutor(times) as threads:
        return [future.result() for future in [threads.submit(call) for _ in range(times)]]


def test_service_recovers_from_database_outage(with_admin: Service) -> None:
    with Proxy(with_admin.database_url) as proxy:
        url = proxy.url(with_admin.database_url)
        with running(with_admin, APP_DATABASE_URL=url, APP_RATE_LIMIT="") as its:
            headers = log_in(its, EMAIL)
            for _ in range(2):
                proxy.cut()
                for response in at_once(lambda: its.client.get("/api/v1/me", headers=headers), 10):
                    assert_unavailable(response)
                assert_not_ready(its)
                proxy.restore()
                assert_recovers(its, headers)
            assert its.stop() == 0
        assert "Traceback" not in its.log.read_text(encoding="utf-8")


def test_silent_database_returns_503_after_timeout(with_admin: Service) -> None:
    with Proxy(with_admin.database_url) as proxy:
        url = proxy.url(with_admin.database_url)
        timeout = str(TIMEOUT_SECONDS)
        variables = {"APP_DATABASE_URL": url, "APP_DATABASE_TIMEOUT_SECONDS": timeout}
        with running(with_admin, APP_RATE_LIMIT="", **variables) as its:
            headers = log_in(its, EMAIL)
            proxy.silence()
            for response in at_once(lambda: its.client.get("/api/v1/me", headers=headers), 20):
                assert_unavailable(response)
            assert_not_ready(its)
            proxy.restore()
            assert_recovers(its, headers)
            assert its.stop() == 0


def test_pool_size_limits_database_connections(with_admin: Service) -> None:
    with Proxy(with_admin.database_url) as proxy:
        variables = {
            "APP_DATABASE_URL": proxy.url(with_admin.database_url),
            "APP_DATABASE_POOL_SIZE": "2",
            "APP_RATE_LIMIT": "",
        }
        with running(with_admin, **variables) as its:
            headers = log_in(its, EMAIL)
            proxy.most_connections = 0
            responses = at_once(lambda: its.client.get("/api/v1/me", headers=headers), 40)
            assert {response.status_code for response in responses} == {200}
            assert proxy.most_connections <= 2
