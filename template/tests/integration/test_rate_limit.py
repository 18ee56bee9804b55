"""A limit to how often one client may ask."""

import httpx

from app.main import create_app
from app.settings import Settings


async def test_who_asks_too_often_has_to_wait(settings: Settings) -> None:
    app = create_app(settings.model_copy(update={"rate_limit": "3/minute"}))
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        answers = [await client.get("/api/v1/me") for _ in range(4)]
        alive = await client.get("/health/live")

    assert [answer.status_code for answer in answers] == [401, 401, 401, 429]
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 60
    assert answers[-1].headers["Content-Type"] == "application/problem+json"
    assert alive.status_code == 200
