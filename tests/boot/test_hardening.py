"""What a service gives away: nothing in its log or its answers; and who may use it up."""

from __future__ import annotations

import json
import re
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from .cases import first, only
from .proxy import Proxy
from .running import ADMIN_EMAIL, ADMIN_PASSWORD, UNLIMITED, Running, Service, running

POSTGRESQL = first(database="postgresql", auth="jwt")
CASE_NAMES = ["defaults"]
SECRET = "only-for-the-tests-and-longer-than-needed"
PRODUCTION = {
    "APP_ENVIRONMENT": "production",
    "APP_ALLOWED_HOSTS": "127.0.0.1",
    "APP_SECRET_KEY": SECRET,
}
PASSWORDS = [f"{ADMIN_PASSWORD}", "correct horse of nobody 81", "never the right one 4711"]
DATABASE_PASSWORD = "the-password-of-the-database"
ORIGIN = "https://pages.example"
LEAKS = re.compile(
    r"Traceback|File \"|\.py\b|site-packages|uvicorn|starlette|fastapi/|pydantic|sqlalchemy"
    r"|python/|asyncpg|aiosqlite|\bsqlite3?\b|postgres",
    re.IGNORECASE,
)


@pytest.fixture
def its(service: Service) -> Iterator[Running]:
    """The service as in production."""
    service.app("migrate", **PRODUCTION)
    service.app("create-admin", "--email", ADMIN_EMAIL, "--password", ADMIN_PASSWORD, **PRODUCTION)
    with running(service, **PRODUCTION, **UNLIMITED, APP_CORS_ORIGINS=ORIGIN) as its:
        yield its


def tokens_of(its: Running) -> list[str]:
    """Do everything that has to do with passwords and tokens, and return what was given out."""
    admin, new, wrong = PASSWORDS
    post = its.client.post
    found = []
    post("/api/v1/auth/register", json={"email": "new@example.com", "password": new})
    post("/api/v1/auth/register", json={"email": "no address", "password": new})
    post("/api/v1/auth/register", json={"email": "new@example.com", "password": new, new: new})
    post("/api/v1/auth/login", json={"email": ADMIN_EMAIL, "password": wrong})
    post("/api/v1/auth/login", json={"email": ADMIN_EMAIL, "password": [wrong]})
    post("/api/v1/auth/login", content=b'{"email": "a@example.com", "password": "' + new.encode())
    given = post("/api/v1/auth/login", json={"email": ADMIN_EMAIL, "password": admin}).json()
    found += [given["access_token"], given["refresh_token"]]
    headers = {"Authorization": f"Bearer {given['access_token']}"}
    its.client.get("/api/v1/me", headers=headers)
    its.client.get("/api/v1/me", headers={"Authorization": headers["Authorization"] + "x"})
    fresh = post("/api/v1/auth/refresh", json={"refresh_token": given["refresh_token"]}).json()
    found += [fresh["access_token"], fresh["refresh_token"]]
    post("/api/v1/auth/refresh", json={"refresh_token": given["refresh_token"]})
    post("/api/v1/auth/logout", json={"refresh_token": fresh["refresh_token"]})
    return found


def assert_silent(its: Running, secrets: list[str]) -> None:
    text = its.log.read_text(encoding="utf-8")
    assert '"event": "request"' in text
    for secret in secrets:
        assert secret not in text
        # As part of a URL, or of JSON in JSON.
        assert json.dumps(secret)[1:-1] not in text
    signatures = [secret.rpartition(".")[2] for secret in secrets if secret.count(".") == 2]
    assert not [signature for signature in signatures if signature in text]


def test_its_log_tells_no_secret(its: Running) -> None:
    secrets = tokens_of(its)
    assert len(secrets) == 4
    assert its.stop() == 0
    assert_silent(its, [*PASSWORDS, SECRET, *secrets])


@only(POSTGRESQL)
def test_its_log_tells_no_secret_when_its_database_is_away(service: Service) -> None:
    service.app("migrate")
    with Proxy(service.database_url) as proxy:
        url = proxy.url(service.database_url).replace("@", f":{DATABASE_PASSWORD}@", 1)
        variables = {**PRODUCTION, **UNLIMITED, "APP_DATABASE_URL": url}
        with running(service, **variables) as its:
            proxy.cut()
            answers = [
                its.client.post(
                    f"/api/v1/auth/{path}", json={"email": ADMIN_EMAIL, "password": password}
                )
                for path in ("login", "register")
                for password in PASSWORDS
            ]
            assert {answer.status_code for answer in answers} == {503}
            assert not [answer.text for answer in answers if LEAKS.search(answer.text)]
            assert its.stop() == 0
        assert_silent(its, [*PASSWORDS, SECRET, DATABASE_PASSWORD])


def test_its_errors_tell_nothing_of_what_it_is_made_of(its: Running) -> None:
    client = its.client
    answers = [
        client.get("/nowhere"),
        client.get("/api/v1/products/%00"),
        client.get("/api/v1/products?limit=x&cursor=%ff"),
        client.request("TRACE", "/api/v1/me"),
        client.post("/api/v1/auth/login", content=b"\xff\xfe"),
        client.post("/api/v1/auth/login", content=b"[" * 10_000),
        client.post("/api/v1/auth/login", content=b'{"email": "a@b.c\\ud800", "password": 1}'),
        client.get("/api/v1/me", headers={"Authorization": "Bearer e30.e30.e30"}),
        client.get("/api/v1/me", headers={"Host": "elsewhere.example"}),
        client.get("/api/v1/me", headers={"X-Large": "y" * 20_000}),
    ]
    for answer in answers:
        assert answer.is_client_error
        assert answer.headers["Content-Type"] == "application/problem+json"
        told = answer.text + str(answer.headers)
        assert not LEAKS.search(told), told
        assert not {"server", "x-powered-by", "via"} & {*answer.headers}


def test_pages_of_a_named_origin_may_use_it_and_no_others(its: Running) -> None:
    asked = {"Access-Control-Request-Method": "PUT", "Access-Control-Request-Headers": "If-Match"}
    allowed = its.client.options("/api/v1/me", headers={"Origin": ORIGIN, **asked})
    assert allowed.status_code == httpx.codes.OK
    assert allowed.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert "Origin" in allowed.headers["Vary"]
    assert "PUT" in allowed.headers["Access-Control-Allow-Methods"]
    assert "Access-Control-Allow-Credentials" not in allowed.headers

    answer = its.client.get("/api/v1/me", headers={"Origin": ORIGIN})
    assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert answer.headers["Vary"] == "Origin"
    exposed = answer.headers["Access-Control-Expose-Headers"].split(", ")
    assert {"ETag", "RateLimit", "RateLimit-Policy", "Retry-After", "X-Request-ID"} <= {*exposed}

    for origin in (
        "https://evil.example",
        f"{ORIGIN}.evil.example",
        "http://pages.example",
        "null",
    ):
        preflight = its.client.options("/api/v1/me", headers={"Origin": origin, **asked})
        answer = its.client.get("/api/v1/me", headers={"Origin": origin})
        assert preflight.status_code == httpx.codes.BAD_REQUEST
        for each in (preflight, answer):
            assert "Access-Control-Allow-Origin" not in each.headers


def score(answer: httpx.Response) -> int:
    """Score an answer as Mozilla's HTTP Observatory does, as far as one answer can be.

    Redirection and preloading are matters of the site: they are left out.
    """
    headers = answer.headers
    directives = str(headers.get("Content-Security-Policy", "")).split(";")
    policy = {
        name: value for name, _, value in (each.strip().partition(" ") for each in directives)
    }
    # A directive that is missing is like `default-src`.
    script = policy.get("script-src", policy.get("default-src", "*"))
    style = policy.get("style-src", policy.get("default-src", "*"))
    if not policy.get("default-src"):
        of_policy = -25
    elif re.search(r"'unsafe-inline'|data:|https?:(?!//)|\*", script):
        of_policy = -20
    elif "'unsafe-eval'" in script:
        of_policy = -10
    elif "'unsafe-inline'" in style:
        of_policy = 0
    elif policy["default-src"] == "'none'" and policy.get("form-action") in ("'none'", "'self'"):
        of_policy = 10
    else:
        of_policy = 5
    pinned = re.search(r"max-age=(\d+)", headers.get("Strict-Transport-Security", ""))
    scripts = re.findall(r"<script[^>]+src=[^>]+>", answer.text)
    modifiers = [
        of_policy,
        0 if pinned and int(pinned[1]) >= 15_768_000 else -20,
        0 if headers.get("X-Content-Type-Options") == "nosniff" else -5,
        5
        if policy.get("frame-ancestors") == "'none'"
        else 0
        if "X-Frame-Options" in headers
        else -20,
        5 if headers.get("Referrer-Policy") in ("no-referrer", "same-origin") else 0,
        10 if headers.get("Cross-Origin-Resource-Policy") in ("same-origin", "same-site") else 0,
        -50 if headers.get("Access-Control-Allow-Origin") == "*" else 0,
        -5 if any("integrity=" not in each for each in scripts) else 0,
    ]
    without_credit = 100 + sum(modifier for modifier in modifiers if modifier < 0)
    credit = sum(modifier for modifier in modifiers if modifier > 0)
    return without_credit + (credit if without_credit >= 90 else 0)


def test_a_header_check_gives_it_the_best_mark(its: Running) -> None:
    for path in ("/api/v1/me", "/health/live", "/nowhere", "/openapi.json"):
        assert score(its.client.get(path)) == 130, path
    # The page of Swagger UI brings a script of its own, and loads another without its hash.
    assert score(its.client.get("/docs")) >= 75
    assert score(httpx.Response(200)) < 50


def drip(its: Running, seconds: float) -> bytes:
    """Send a header without end, slowly, and return what is answered."""
    with socket.create_connection(("127.0.0.1", int(its.base_url.rpartition(":")[2]))) as slow:
        slow.sendall(b"GET /health/live HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ")
        slow.settimeout(0.2)
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                slow.sendall(b"y")
                if answer := slow.recv(65_536):
                    return answer
            except TimeoutError:
                continue
    return b"never"


def test_slow_clients_are_cut_off_and_others_served_meanwhile(service: Service) -> None:
    with (
        running(service, **UNLIMITED, APP_REQUEST_TIMEOUT_SECONDS="2") as its,
        ThreadPoolExecutor(50) as pool,
    ):
        slow = [pool.submit(drip, its, 20) for _ in range(50)]
        started = time.monotonic()
        while not all(each.done() for each in slow):
            asked = time.monotonic()
            its.client.get("/health/live").raise_for_status()
            assert time.monotonic() - asked < 2
        assert time.monotonic() - started < 10
        assert {each.result().split(b"\r\n")[0] for each in slow} == {
            b"HTTP/1.1 408 Request Timeout"
        }
