"""Health checks."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import httpx
import pytest
from fastapi import FastAPI

from app.kernel.errors import Unavailable
from app.main import create_app
from app.platform.http import health
from app.platform.http.health import HealthCheck, health_routes
from app.platform.http.middleware.request_context import RequestContext
from app.settings import Settings


async def succeed() -> None:
    return


async def fail() -> None:
    raise Unavailable("It does not answer.")


async def hang() -> None:
    await asyncio.Event().wait()


@pytest.fixture
def checks() -> list[HealthCheck]:
    return [HealthCheck("database", succeed), HealthCheck("cache", succeed, required=False)]


@pytest.fixture
def checked_app(checks: list[HealthCheck]) -> FastAPI:
    app = FastAPI()
    app.state.is_shutting_down = False
    app.include_router(health_routes(checks))
    app.add_middleware(RequestContext, quiet_paths=())
    return app


@pytest.fixture
async def probe(checked_app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(checked_app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        yield client


async def test_live_returns_200(client: httpx.AsyncClient) -> None:
    response = await client.get("/health/live")

    assert (response.status_code, response.json()["status"]) == (200, "ok")


async def test_ready_checks_every_part(client: httpx.AsyncClient) -> None:
    response = await client.get("/health/ready")

    assert (response.status_code, response.json()["status"]) == (200, "ok")
    assert response.json()["checks"].items() >= {"database": "ok"}.items()
    assert set(response.json()["checks"].values()) == {"ok"}


@pytest.mark.parametrize("check", [fail, hang])
async def test_failing_required_part_returns_503(
    monkeypatch: pytest.MonkeyPatch,
    checks: list[HealthCheck],
    probe: httpx.AsyncClient,
    check: Callable[[], Awaitable[None]],
) -> None:
    monkeypatch.setattr(health, "CHECK_TIMEOUT_SECONDS", 0.01)
    checks[0] = HealthCheck("database", check)

    response = await probe.get("/health/ready")

    assert response.status_code == 503
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.json()["detail"] == "Not ready: database."
    assert response.json()["checks"] == {"database": "unavailable", "cache": "ok"}


async def test_failing_optional_part_is_degraded(
    checks: list[HealthCheck], probe: httpx.AsyncClient
) -> None:
    checks[1] = HealthCheck("cache", fail, required=False)

    response = await probe.get("/health/ready")

    assert response.status_code == 200
    assert response.json() == {
        "status": "degraded",
        "checks": {"database": "ok", "cache": "unavailable"},
    }


async def test_shutdown_makes_service_unready(settings: Settings) -> None:
    app = create_app(settings)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        async with app.router.lifespan_context(app):
            assert (await client.get("/health/ready")).status_code == 200

        response = await client.get("/health/ready")

        assert response.status_code == 503
        assert response.json()["checks"] == {"service": "shutting down"}
        assert (await client.get("/health/live")).status_code == 200
