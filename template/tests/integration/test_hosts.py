"""Requests have to name a host of this service."""

import httpx
import pytest

from app.main import create_app
from app.settings import Settings


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("api.example.com", 401),
        ("API.example.com:8443", 401),
        ("a.b.example.org", 401),
        ("[::1]:8000", 401),
        ("example.com", 400),
        ("example.org", 400),
        ("evilexample.org", 400),
        ("api.example.com.evil.example", 400),
        ("api.example.com:80:80", 400),
        ("", 400),
    ],
)
async def test_only_known_hosts_are_answered(settings: Settings, host: str, status: int) -> None:
    allowed = ("api.example.com", "*.example.org", "[::1]")
    app = create_app(settings.model_copy(update={"allowed_hosts": allowed}))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app)) as client:
        answer = await client.get("http://test/api/v1/me", headers={"Host": host})
        alive = await client.get("http://test/health/live", headers={"Host": host})
    await app.state.service.close()

    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert alive.status_code == 200


async def test_any_host_is_answered_unless_some_are_named(client: httpx.AsyncClient) -> None:
    answer = await client.get("/api/v1/me", headers={"Host": "anything.example"})

    assert answer.status_code == 401
