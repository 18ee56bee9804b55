"""Start, stop, and settings that production refuses."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from .cases import first, only
from .running import ADMIN_PASSWORD, Running, Service, free_port, log_in, running

CASE_NAMES = [
    "defaults",
    first(auth="jwt", database="mysql"),
    first(auth="jwt", database="postgresql"),
]
SECRET = "only for the tests, and longer than it needs to be"
PRODUCTION = {
    "APP_ENVIRONMENT": "production",
    "APP_SECRET_KEY": SECRET,
    "APP_ALLOWED_HOSTS": "127.0.0.1",
}


def log_lines(its: Running) -> list[dict[str, Any]]:
    return [json.loads(line) for line in its.log.read_text(encoding="utf-8").splitlines()]


def test_first_start_migrates_and_warns_of_ephemeral_secret_key(
    service: Service,
) -> None:
    with running(service) as its:
        assert its.client.get("/health/ready").json()["status"] == "ok"
        warnings = [line for line in log_lines(its) if line["level"] == "warning"]
        assert [line["event"] for line in warnings] == ["ephemeral secret key"]
        assert "APP_SECRET_KEY" in warnings[0]["detail"]


@only(
    "defaults",
    first(database="mysql", seed_data=True),
    first(database="postgresql", seed_data=True),
)
def test_data_persists_across_restart(service: Service) -> None:
    service.app("create-admin", "--email", "restart@example.com", "--password", ADMIN_PASSWORD)
    assert "rows added" in service.app("seed", "--count", "7")
    for _ in range(2):
        with running(service, APP_SECRET_KEY=SECRET) as its:
            headers = log_in(its, "restart@example.com")
            for path in json.loads(service.app("openapi"))["paths"]:
                if path.startswith("/api/v1/") and path.count("/") == 3 and path != "/api/v1/me":
                    page = its.client.get(path, headers=headers).raise_for_status().json()
                    assert page["items"], path
            assert its.stop() == 0


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({"APP_SECRET_KEY": ""}, "APP_SECRET_KEY: "),
        ({"APP_SECRET_KEY": "short"}, "APP_SECRET_KEY: "),
        ({"APP_CORS_ORIGINS": "*"}, "APP_CORS_ORIGINS: "),
        ({"APP_LOG_LEVEL": "DEBUG"}, "APP_LOG_LEVEL: "),
        ({"APP_DATABASE_URL": "nonsense"}, "APP_DATABASE_URL: "),
        ({"APP_ENVIRONMENT": "prod"}, "APP_ENVIRONMENT: "),
        ({"APP_ALLOWED_HOSTS": ""}, "APP_ALLOWED_HOSTS: "),
        ({"APP_ALLOWED_HOSTS": "*"}, "APP_ALLOWED_HOSTS: "),
        ({"APP_TRUSTED_PROXIES": "*"}, "APP_TRUSTED_PROXIES: "),
    ],
)
def test_unsafe_production_setting_fails_start(
    service: Service, variables: dict[str, str], message: str
) -> None:
    answer = service.fails("serve", **{**service.variables, **PRODUCTION, **variables})

    assert answer.startswith(f"Error: {message}")
    assert "Traceback" not in answer
    assert SECRET not in answer


def test_production_without_secret_key_fails_start(service: Service) -> None:
    assert "APP_SECRET_KEY" in service.fails("serve", APP_ENVIRONMENT="production")


def test_production_is_ready_after_migrate(service: Service) -> None:
    service.app("migrate", **PRODUCTION)
    with running(service, **PRODUCTION) as its:
        response = its.client.get("/health/ready").raise_for_status()
        assert "max-age" in response.headers["Strict-Transport-Security"]
        assert its.stop() == 0


def test_two_workers_share_secret_key_and_stop_on_sigterm(service: Service) -> None:
    service.app("create-admin", "--email", "two@example.com", "--password", ADMIN_PASSWORD)
    with running(service, "--workers", "2", APP_RATE_LIMIT="1000000/second") as its:
        headers = log_in(its, "two@example.com")
        for _ in range(20):
            # One connection per request, so that either worker may answer.
            httpx.get(f"{its.base_url}/api/v1/me", headers=headers).raise_for_status()
        if service.answers["metrics"] == "prometheus":
            text = its.client.get("/metrics").raise_for_status().text
            line = 'http_requests_total{method="GET",route="/api/v1/me",status="200"} 20.0'
            assert line in text
        assert its.stop() == 0


@pytest.fixture
def slow_request() -> Iterator[socket.socket]:
    with socket.socket() as connection:
        connection.settimeout(20)
        yield connection


def test_sigterm_finishes_request_in_flight(service: Service, slow_request: socket.socket) -> None:
    body = b'{"email": "unknown@example.com", "password": "whatever"}'
    head = (
        "POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    ).encode()
    with running(service) as its:
        port = int(its.base_url.rpartition(":")[2])
        slow_request.connect(("127.0.0.1", port))
        slow_request.sendall(head + body[:10])
        time.sleep(0.3)

        code: list[int] = []
        stopping = threading.Thread(target=lambda: code.append(its.stop()))
        stopping.start()
        time.sleep(0.5)
        with pytest.raises(httpx.ConnectError):
            httpx.get(f"{its.base_url}/health/live")
        slow_request.sendall(body[10:])
        answer = slow_request.recv(65_536)
        stopping.join()

    assert answer.startswith(b"HTTP/1.1 401 "), answer
    assert code == [0]


def test_unreachable_database_returns_503(service: Service) -> None:
    if service.answers["database"] == "sqlite":
        pytest.skip("SQLite is a file and cannot be unreachable")
    scheme = service.answers["database"]
    url = f"{scheme}://someone@127.0.0.1:{free_port()}/nowhere"
    with running(service, **{**PRODUCTION, "APP_DATABASE_URL": url}) as its:
        ready = its.client.get("/health/ready")
        assert ready.status_code == 503
        assert ready.json()["checks"]["database"] == "unavailable"
        body = {"email": "unknown@example.com", "password": "whatever"}
        response = its.client.post("/api/v1/auth/login", json=body)
        assert response.status_code == 503
        assert response.headers["Content-Type"] == "application/problem+json"
        assert its.stop() == 0


def test_request_is_logged_without_secrets(service: Service) -> None:
    service.app("create-admin", "--email", "line@example.com", "--password", ADMIN_PASSWORD)
    with running(service, APP_SECRET_KEY=SECRET) as its:
        headers = {**log_in(its, "line@example.com"), "X-Request-ID": "line-1"}
        its.client.get("/api/v1/me", headers=headers).raise_for_status()
        its.stop()
        lines = [line for line in log_lines(its) if line.get("request_id") == "line-1"]
        text = its.log.read_text(encoding="utf-8")

    assert [(line["event"], line["path"], line["status"]) for line in lines] == [
        ("request", "/api/v1/me", 200)
    ]
    for secret in (SECRET, ADMIN_PASSWORD, headers["Authorization"].removeprefix("Bearer ")):
        assert secret not in text
