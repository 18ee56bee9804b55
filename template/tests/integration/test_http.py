"""What surrounds every request: identifiers, headers, limits, problems."""

import json
import logging
from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI

from app.main import create_app
from app.platform.observability.logs import configure_logging
from app.settings import Settings
from tests.access.logins import Headers


@pytest.fixture
def path(app: FastAPI) -> str:
    """Where something can be created."""
    paths: dict[str, object] = app.openapi()["paths"]
    return next(path for path in paths if f"{path}/{{entity_id}}" in paths)


async def test_it_is_alive_and_ready(client: httpx.AsyncClient) -> None:
    assert (await client.get("/health/live")).json()["status"] == "ok"
    ready = await client.get("/health/ready")
    assert ready.status_code == 200
    assert set(ready.json()["checks"].values()) == {"ok"}


async def test_a_request_has_an_identifier(client: httpx.AsyncClient) -> None:
    sane = await client.get("/nowhere", headers={"X-Request-ID": "abc-1"})
    insane = await client.get("/nowhere", headers={"X-Request-ID": "<script>"})

    assert sane.headers["X-Request-ID"] == sane.json()["request_id"] == "abc-1"
    assert insane.headers["X-Request-ID"] == insane.json()["request_id"] != "<script>"


async def test_an_error_is_a_problem(client: httpx.AsyncClient) -> None:
    response = await client.get("/nowhere")

    assert response.status_code == 404
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.json() == {
        "type": "about:blank",
        "title": "Not Found",
        "status": 404,
        "detail": "Not Found",
        "instance": "/nowhere",
        "request_id": response.headers["X-Request-ID"],
    }


async def test_a_wrong_method_is_told_the_right_ones(client: httpx.AsyncClient) -> None:
    response = await client.patch("/api/v1/me")

    assert (response.status_code, response.headers["Allow"]) == (405, "GET")


async def test_a_fault_of_ours_tells_nothing_but_its_identifier(
    app: FastAPI, client: httpx.AsyncClient
) -> None:
    @app.get("/broken")
    async def broken() -> None:
        raise RuntimeError("the secret plan")

    response = await client.get("/broken")

    assert response.status_code == 500
    assert "secret" not in response.text
    assert response.json()["request_id"] == response.headers["X-Request-ID"]


async def test_browsers_are_told_to_trust_nothing(client: httpx.AsyncClient) -> None:
    headers = (await client.get("/health/live")).headers

    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert "Strict-Transport-Security" not in headers
    assert "script-src" in (await client.get("/docs")).headers["Content-Security-Policy"]


@pytest.mark.parametrize("announced", [True, False])
async def test_a_body_has_a_limit(
    client: httpx.AsyncClient, settings: Settings, admin: Headers, path: str, announced: bool
) -> None:
    body = b" " * (settings.max_body_bytes + 1)

    async def in_pieces() -> AsyncIterator[bytes]:
        yield body

    content = body if announced else in_pieces()
    response = await client.post(path, content=content, headers=admin)

    assert response.status_code == 413


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[]", b'{"email": "\\ud800"}'])
async def test_a_malformed_body_is_refused(
    client: httpx.AsyncClient, admin: Headers, path: str, body: bytes
) -> None:
    headers = {"Content-Type": "application/json", **admin}
    response = await client.post(path, content=body, headers=headers)

    assert response.status_code in {400, 422}
    assert response.headers["Content-Type"] == "application/problem+json"


async def test_other_origins_are_let_in_by_name_only(
    client: httpx.AsyncClient, settings: Settings
) -> None:
    headers = {"Origin": "https://shop.example"}
    closed = await client.get("/health/live", headers=headers)
    assert "Access-Control-Allow-Origin" not in closed.headers

    opened_for = settings.model_copy(update={"cors_origins": ("https://shop.example",)})
    transport = httpx.ASGITransport(create_app(opened_for))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as other:
        opened = await other.get("/health/live", headers=headers)
    assert opened.headers["Access-Control-Allow-Origin"] == "https://shop.example"


async def test_the_description_knows_problems(client: httpx.AsyncClient) -> None:
    document = (await client.get("/openapi.json")).json()

    assert "Problem" in document["components"]["schemas"]
    assert (await client.get("/openapi.json")).json() == document


async def test_the_log_has_a_line_for_each_request(
    client: httpx.AsyncClient, capsys: pytest.CaptureFixture[str]
) -> None:
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    configure_logging("INFO")
    try:
        await client.get("/nowhere", headers={"X-Request-ID": "abc-2"})
        await client.get("/health/live")
    finally:
        root.handlers, root.level = handlers, level

    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    requests = [line for line in lines if line["event"] == "request"]
    assert len(requests) == 1
    assert (requests[0]["request_id"], requests[0]["status"]) == ("abc-2", 404)
