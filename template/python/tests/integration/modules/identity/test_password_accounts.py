"""Password accounts over HTTP, on a real database."""

import asyncio

import httpx
import pytest

from app.main import create_app
from app.platform.clock import utc_now
from app.settings import Settings
from tests.access_rules.logins import Headers
from tests.logins import login

CREDENTIALS = {"email": "alice@example.com", "password": login.PASSWORD}
WRONG = CREDENTIALS | {"password": "wrong"}


async def test_registration_does_not_reveal_existing_account(client: httpx.AsyncClient) -> None:
    first = await client.post("/api/v1/auth/register", json=CREDENTIALS)
    again = await client.post("/api/v1/auth/register", json=CREDENTIALS)

    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json().keys() == again.json().keys() == {"id", "email", "role"}
    assert first.json() | {"id": ""} == again.json() | {"id": ""}


async def test_rejected_password_is_not_echoed(client: httpx.AsyncClient) -> None:
    body = CREDENTIALS | {"password": "short"}
    response = await client.post("/api/v1/auth/register", json=body)

    assert response.status_code == 422
    assert "short" not in str(response.json()["errors"])


async def test_breached_password_returns_422(client: httpx.AsyncClient) -> None:
    body = CREDENTIALS | {"password": "password123456"}

    assert (await client.post("/api/v1/auth/register", json=body)).status_code == 422


async def test_closed_registration_returns_403(settings: Settings) -> None:
    app = create_app(settings.model_copy(update={"registration": "admin"}))
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        response = await client.post("/api/v1/auth/register", json=CREDENTIALS)

    assert response.status_code == 403


async def test_administrator_creates_account(client: httpx.AsyncClient, admin: Headers) -> None:
    created = await client.post("/api/v1/users", json=CREDENTIALS, headers=admin)
    again = await client.post("/api/v1/users", json=CREDENTIALS, headers=admin)

    assert (created.status_code, again.status_code) == (201, 409)
    read = await client.get(created.headers["Location"], headers=admin)
    assert read.json() == created.json()
    assert (await client.post("/api/v1/auth/login", json=CREDENTIALS)).status_code == 200


@pytest.fixture
def frozen_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stop the clock, so that waits do not end during a slow test."""
    now = utc_now()
    monkeypatch.setattr("app.main.utc_now", lambda: now)


@pytest.mark.usefixtures("frozen_clock")
async def test_concurrent_failures_are_all_counted(
    client: httpx.AsyncClient, settings: Settings
) -> None:
    await client.post("/api/v1/auth/register", json=CREDENTIALS)

    answers = await asyncio.gather(
        *(client.post("/api/v1/auth/login", json=WRONG) for _ in range(20))
    )

    statuses = [answer.status_code for answer in answers]
    assert statuses.count(401) == settings.failed_logins_per_account
    assert statuses.count(429) == 20 - settings.failed_logins_per_account
    refused = await client.post("/api/v1/auth/login", json=CREDENTIALS)
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) >= 1


async def test_password_change_ends_all_logins(client: httpx.AsyncClient, user: Headers) -> None:
    async def change(current: str) -> httpx.Response:
        body = {"current_password": current, "new_password": "another good password"}
        return await client.put("/api/v1/auth/password", json=body, headers=user)

    assert (await change("wrong")).status_code == 422
    assert (await change(login.PASSWORD)).status_code == 204
    assert (await client.get("/api/v1/me", headers=user)).status_code == 401


@pytest.mark.parametrize("path", ["register", "login"])
async def test_malformed_body_is_rejected(client: httpx.AsyncClient, path: str) -> None:
    invalid_text = b'{"email": "alice@example.com", "password": "%s"}' % (rb"\ud800" * 12)
    for content in (b"", b"{", b"\xff", b"[]", b'{"email": "\\ud800"}', invalid_text):
        response = await client.post(
            f"/api/v1/auth/{path}",
            content=content,
            headers={"Content-Type": "application/json"},
        )
        assert response.status_code in {400, 422}
