"""HTTP in general: identifiers, headers, limits, problems, OpenAPI."""

import asyncio
import base64
import hashlib
import json
import logging
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from fastapi import FastAPI, Response

from app.main import create_app
from app.platform.observability.logs import configure_logging
from app.settings import Settings
from tests.access_rules.logins import Headers


@pytest.fixture
def path(app: FastAPI) -> str:
    """Path where an entity can be created."""
    paths: dict[str, object] = app.openapi()["paths"]
    return next(path for path in paths if path + "/{entity_id}" in paths)


@asynccontextmanager
async def client_of(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """Create a client of `app`, and close the service afterwards."""
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        yield client
    await app.state.service.close()


def app_with(settings: Settings, **changes: object) -> FastAPI:
    return create_app(settings.model_copy(update=changes))


@pytest.fixture
async def own_app(settings: Settings) -> FastAPI:
    """Create a service to add routes to."""
    return create_app(settings)


async def test_valid_request_id_is_used(client: httpx.AsyncClient) -> None:
    response = await client.get("/nowhere", headers={"X-Request-ID": "abc-1"})

    assert response.headers["X-Request-ID"] == response.json()["request_id"] == "abc-1"


async def test_invalid_request_id_is_replaced(client: httpx.AsyncClient) -> None:
    response = await client.get("/nowhere", headers={"X-Request-ID": "<script>"})

    assert response.headers["X-Request-ID"] == response.json()["request_id"] != "<script>"


async def test_error_is_problem(client: httpx.AsyncClient) -> None:
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


async def test_wrong_method_returns_405_with_allowed_methods(client: httpx.AsyncClient) -> None:
    response = await client.patch("/api/v1/me")

    assert (response.status_code, response.headers["Allow"]) == (405, "GET, HEAD")


async def test_head_returns_headers_of_get(
    app: FastAPI, client: httpx.AsyncClient, admin: Headers
) -> None:
    paths = app.openapi()["paths"]
    for path in [path for path in paths if "get" in paths[path] and "{" not in path]:
        get = await client.get(path, headers=admin)
        head = await client.head(path, headers=admin)

        assert (head.status_code, head.content) == (200, b""), path
        assert head.headers["Content-Length"] == get.headers["Content-Length"]


async def test_head_of_unknown_path_returns_404(client: httpx.AsyncClient) -> None:
    assert (await client.head("/nowhere")).status_code == 404


async def test_head_of_path_without_get_returns_405(own_app: FastAPI) -> None:
    @own_app.post("/orders")
    async def order() -> None: ...

    async with client_of(own_app) as client:
        response = await client.head("/orders")

    assert (response.status_code, response.headers["Allow"]) == (405, "POST")


async def test_unexpected_error_returns_500_without_details(own_app: FastAPI) -> None:
    @own_app.get("/broken")
    async def broken() -> None:
        raise RuntimeError("the secret plan")

    async with client_of(own_app) as client:
        response = await client.get("/broken")

    assert response.status_code == 500
    assert "secret" not in response.text
    assert response.json()["request_id"] == response.headers["X-Request-ID"]


async def test_response_has_security_headers(client: httpx.AsyncClient) -> None:
    headers = (await client.get("/health/live")).headers

    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert headers["Cache-Control"] == "no-store"
    assert "Strict-Transport-Security" not in headers


async def test_route_may_set_its_cache_control(own_app: FastAPI) -> None:
    @own_app.get("/cacheable")
    async def cacheable(response: Response) -> None:
        response.headers["Cache-Control"] = "max-age=60"
        response.headers["X-Frame-Options"] = "SAMEORIGIN"

    async with client_of(own_app) as client:
        headers = (await client.get("/cacheable")).headers

    assert headers.get_list("Cache-Control") == ["max-age=60"]
    assert headers.get_list("X-Frame-Options") == ["DENY"]


async def test_docs_page_runs_only_scripts_with_known_hashes(client: httpx.AsyncClient) -> None:
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
async def test_oversized_body_returns_413(
    client: httpx.AsyncClient, settings: Settings, admin: Headers, path: str, announced: bool
) -> None:
    body = b" " * (settings.max_body_bytes + 1)

    async def chunks() -> AsyncIterator[bytes]:
        yield body

    content = body if announced else chunks()
    response = await client.post(path, content=content, headers=admin)

    assert response.status_code == 413


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[]", b'{"email": "\\ud800"}'])
async def test_malformed_body_is_refused(
    client: httpx.AsyncClient, admin: Headers, path: str, body: bytes
) -> None:
    headers = {"Content-Type": "application/json", **admin}
    response = await client.post(path, content=body, headers=headers)

    assert response.status_code in {400, 422}
    assert response.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    "body", [b'{"x": 1, "x": 2}', '{"x": 1}'.encode("utf-16")], ids=["a name twice", "UTF-16"]
)
async def test_ambiguous_body_returns_400_on_every_route(
    app: FastAPI, client: httpx.AsyncClient, body: bytes
) -> None:
    for path, operations in app.openapi()["paths"].items():
        for method, operation in operations.items():
            if "requestBody" in operation:
                headers = {"Content-Type": "application/json"}
                response = await client.request(method, path, content=body, headers=headers)
                assert response.status_code == 400, "its router lacks route_class=StrictRoute"


async def test_response_to_large_invalid_body_stays_small(
    client: httpx.AsyncClient, admin: Headers, path: str
) -> None:
    body = {f"{number}{'x' * 1000}": number for number in range(500)}
    response = await client.post(path, json=body, headers=admin)

    assert response.status_code == 422
    assert len(response.content) < 20_000


async def test_cors_is_off_by_default(client: httpx.AsyncClient) -> None:
    response = await client.get("/health/live", headers={"Origin": "https://shop.example"})

    assert "Access-Control-Allow-Origin" not in response.headers


async def test_cors_is_limited_to_named_origins(settings: Settings) -> None:
    async with client_of(app_with(settings, cors_origins=("https://shop.example",))) as client:

        async def preflight(origin: str, method: str = "PUT") -> httpx.Response:
            headers = {
                "Origin": origin,
                "Access-Control-Request-Method": method,
                "Access-Control-Request-Headers": "if-match",
            }
            return await client.options("/api/v1/me", headers=headers)

        simple = await client.get("/health/live", headers={"Origin": "https://shop.example"})
        granted = await preflight("https://shop.example")
        refused = [
            await client.get("/health/live", headers={"Origin": "https://evil.example"}),
            await client.get("/health/live", headers={"Origin": "null"}),
            await client.get("/health/live"),
            await preflight("https://evil.example"),
            await preflight("https://shop.example.evil.example"),
            await preflight("https://shop.example", "TRACE"),
        ]

    assert simple.headers["Access-Control-Allow-Origin"] == "https://shop.example"
    assert granted.status_code == 200
    assert granted.headers["Access-Control-Allow-Origin"] == "https://shop.example"
    assert "PUT" in granted.headers["Access-Control-Allow-Methods"]
    assert [response.status_code for response in refused] == [200, 200, 200, 405, 405, 400]
    assert refused[-1].headers["Content-Type"] == "application/problem+json"
    for response in refused:
        assert response.headers["Vary"] == "Origin"
        assert not [name for name in response.headers if name.startswith("access-control")]


async def test_host_is_limited_to_named_hosts(settings: Settings) -> None:
    hosts = ("api.example.com", "*.example.org", "[::1]")
    async with client_of(app_with(settings, allowed_hosts=hosts)) as client:

        async def status_of(host: str, path: str = "/api/v1/me") -> int:
            response = await client.get(path, headers={"Host": host})
            if response.status_code == 400:
                assert response.headers["Content-Type"] == "application/problem+json"
            return response.status_code

        for host in ("api.example.com", "API.example.com:8000", "a.b.example.org", "[::1]:80"):
            assert await status_of(host) == 401, host
        for host in ("", "example.org", "api.example.com.evil.example", "10.0.0.1", "[::2]:80"):
            assert await status_of(host) == 400, host
        forwarded = {"Host": "evil.example", "X-Forwarded-Host": "api.example.com"}
        assert (await client.get("/api/v1/me", headers=forwarded)).status_code == 400
        twice = [("Host", "api.example.com"), ("Host", "evil.example")]
        assert (await client.get("/api/v1/me", headers=twice)).status_code == 400
        assert await status_of("10.0.0.1:8000", "/health/ready") == 200


async def test_oversized_headers_return_431(client: httpx.AsyncClient, settings: Settings) -> None:
    half = settings.max_header_bytes // 2
    for query, value in (("x" * 2 * half, ""), ("x" * half, "x" * half)):
        response = await client.get(f"/health/live?{query}", headers={"X-Long": value})
        assert response.status_code == 431
        assert response.headers["Content-Type"] == "application/problem+json"
    assert (await client.get(f"/health/live?{'x' * half}")).status_code == 200


async def test_slow_body_returns_408(settings: Settings, path: str) -> None:
    async def slow_chunks() -> AsyncIterator[bytes]:
        while True:
            yield b" "
            await asyncio.sleep(0.01)

    async with client_of(app_with(settings, request_timeout_seconds=0.05)) as client:
        response = await client.post(path, content=slow_chunks())

    assert response.status_code == 408
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.headers["Connection"] == "close"


async def test_openapi_describes_problems(client: httpx.AsyncClient) -> None:
    document = (await client.get("/openapi.json")).json()

    assert "Problem" in document["components"]["schemas"]
    assert (await client.get("/openapi.json")).json() == document


async def test_request_is_logged_unless_it_is_monitoring(
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
