"""What surrounds every request: identifiers, headers, limits, problems."""

import asyncio
import base64
import hashlib
import json
import logging
import re
from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI

from app.main import create_app
from app.platform.observability.logs import configure_logging
from app.settings import Settings
from tests.access_rules.logins import Headers


@pytest.fixture
def path(app: FastAPI) -> str:
    """Where something can be created."""
    paths: dict[str, object] = app.openapi()["paths"]
    return next(path for path in paths if path + "/{entity_id}" in paths)


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
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "Strict-Transport-Security" not in headers


async def test_the_documentation_runs_only_what_is_known(client: httpx.AsyncClient) -> None:
    page = await client.get("/docs")

    policy = page.headers["Content-Security-Policy"]
    assert "script-src 'unsafe" not in policy
    scripts = re.findall(r"<script([^>]*)>(.*?)</script>", page.text, re.DOTALL)
    for attributes, code in scripts:
        digest = base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()
        assert 'integrity="sha384-' in attributes if not code else f"'sha256-{digest}'" in policy
    assert len(scripts) == 2
    assert (await client.get("/openapi.json")).status_code == 200


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


@pytest.mark.parametrize(
    "body", [b'{"x": 1, "x": 2}', '{"x": 1}'.encode("utf-16")], ids=["a name twice", "UTF-16"]
)
async def test_no_route_takes_a_body_that_others_may_read_in_another_way(
    app: FastAPI, client: httpx.AsyncClient, body: bytes
) -> None:
    for path, operations in app.openapi()["paths"].items():
        for method, operation in operations.items():
            if "requestBody" in operation:
                headers = {"Content-Type": "application/json"}
                response = await client.request(method, path, content=body, headers=headers)
                assert response.status_code == 400, "its router lacks route_class=StrictRoute"


async def test_an_answer_does_not_grow_with_what_was_wrong(
    client: httpx.AsyncClient, admin: Headers, path: str
) -> None:
    body = {f"{number}{'x' * 1000}": number for number in range(500)}
    response = await client.post(path, json=body, headers=admin)

    assert response.status_code == 422
    assert len(response.content) < 20_000


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


async def test_another_origin_is_answered_as_if_there_were_no_such_thing(
    settings: Settings,
) -> None:
    opened_for = settings.model_copy(update={"cors_origins": ("https://shop.example",)})
    transport = httpx.ASGITransport(create_app(opened_for))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:

        async def preflight(origin: str, method: str = "PUT") -> httpx.Response:
            headers = {
                "Origin": origin,
                "Access-Control-Request-Method": method,
                "Access-Control-Request-Headers": "if-match",
            }
            return await client.options("/api/v1/me", headers=headers)

        granted = await preflight("https://shop.example")
        refused = [
            await client.get("/health/live", headers={"Origin": "https://evil.example"}),
            await client.get("/health/live", headers={"Origin": "null"}),
            await client.get("/health/live"),
            await preflight("https://evil.example"),
            await preflight("https://shop.example.evil.example"),
            await preflight("https://shop.example", "TRACE"),
        ]

    assert granted.status_code == 200
    assert granted.headers["Access-Control-Allow-Origin"] == "https://shop.example"
    assert "PUT" in granted.headers["Access-Control-Allow-Methods"]
    assert [answer.status_code for answer in refused] == [200, 200, 200, 405, 405, 400]
    assert refused[-1].headers["Content-Type"] == "application/problem+json"
    for answer in refused:
        assert answer.headers["Vary"] == "Origin"
        assert not [name for name in answer.headers if name.startswith("access-control")]


async def test_only_the_hosts_that_are_named_are_answered_for(settings: Settings) -> None:
    hosts = ("api.example.com", "*.example.org", "[::1]")
    transport = httpx.ASGITransport(
        create_app(settings.model_copy(update={"allowed_hosts": hosts}))
    )
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:

        async def ask(host: str, path: str = "/api/v1/me") -> int:
            answer = await client.get(path, headers={"Host": host})
            if answer.status_code == 400:
                assert answer.headers["Content-Type"] == "application/problem+json"
            return answer.status_code

        for host in ("api.example.com", "API.example.com:8000", "a.b.example.org", "[::1]:80"):
            assert await ask(host) == 401, host
        for host in ("", "example.org", "api.example.com.evil.example", "10.0.0.1", "[::2]:80"):
            assert await ask(host) == 400, host
        forwarded = {"Host": "evil.example", "X-Forwarded-Host": "api.example.com"}
        assert (await client.get("/api/v1/me", headers=forwarded)).status_code == 400
        twice = [("Host", "api.example.com"), ("Host", "evil.example")]
        assert (await client.get("/api/v1/me", headers=twice)).status_code == 400
        assert await ask("10.0.0.1:8000", "/health/ready") == 200


async def test_a_head_has_a_limit(client: httpx.AsyncClient, settings: Settings) -> None:
    enough = settings.max_header_bytes // 2
    for query, value in (("x" * 2 * enough, ""), ("x" * enough, "x" * enough)):
        answer = await client.get(f"/health/live?{query}", headers={"X-Long": value})
        assert answer.status_code == 431
        assert answer.headers["Content-Type"] == "application/problem+json"
    assert (await client.get(f"/health/live?{'x' * enough}")).status_code == 200


async def test_a_body_has_to_come_in_time(settings: Settings, path: str) -> None:
    hurried = settings.model_copy(update={"request_timeout_seconds": 0.05})
    transport = httpx.ASGITransport(create_app(hurried))

    async def slowly() -> AsyncIterator[bytes]:
        while True:
            yield b" "
            await asyncio.sleep(0.01)

    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        answer = await client.post(path, content=slowly())

    assert answer.status_code == 408
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Connection"] == "close"


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
