"""Hardening: secrets in logs, information disclosure, response headers, and slow clients."""

from __future__ import annotations

import json
import re
import socket
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from .cases import first, only
from .observatory import score
from .proxy import Proxy
from .running import ADMIN_EMAIL, Running, Service, new_database_url, running

CASE_NAMES = [
    "defaults",
    first(auth="session"),
    first(auth="api_key"),
    first(auth="api_key", database="postgresql"),
]
DATABASES = [first(database=database) for database in ("postgresql", "mysql")]
UNLIMITED = {
    "APP_RATE_LIMIT": "1000000/second",
    "APP_FAILED_LOGINS_PER_ACCOUNT": "1000",
    "APP_FAILED_LOGINS_PER_ADDRESS": "1000",
}
SECRET_KEY = "a-secret-key-that-must-never-appear-in-any-log"
DATABASE_PASSWORD = "the-password-of-the-database"
PASSWORDS = [f"Pa55phrase-number-{number}-of-ana" for number in range(4)]
LOGIN = "/api/v1/auth/login"
JSON = {"Content-Type": "application/json"}
# Text that discloses the software, its version or its location.
TELLTALE = re.compile(
    r"Traceback|File \"|line \d+, in|site-packages|\.py\b|python|uvicorn|starlette|fastapi"
    r"|pydantic|sqlalchemy|asyncpg|aiosqlite|asyncmy|httptools|redis|/usr/|/home/|/tmp/",
    re.IGNORECASE,
)
TIMEOUT_SECONDS = 1


@pytest.fixture
def own(service: Service, tmp_path: Path) -> Iterator[Service]:
    """Service with secrets and its own database, which the test may break."""
    url = new_database_url(service.answers, tmp_path)
    variables = service.variables | {"APP_DATABASE_URL": url, "APP_SECRET_KEY": SECRET_KEY}
    own = replace(service, database_url=url, variables=variables)
    yield own
    own.drop_database()


def with_password(url: str) -> str:
    """Return a database URL with a password if it has a user; the test servers ignore it."""
    parts = urlsplit(url)
    if not parts.username or parts.scheme == "mysql":
        return url
    netloc = parts.netloc.replace("@", f":{DATABASE_PASSWORD}@", 1)
    return parts._replace(netloc=netloc).geturl()


def secrets_in(content: Any) -> Iterator[str]:
    """Yield the tokens and keys in a response."""
    if isinstance(content, dict):
        for name, value in content.items():
            if isinstance(value, str) and re.search(r"token$|^key$", name):
                yield value
            yield from secrets_in(value)


def use_passwords(its: Running) -> set[str]:
    """Use passwords and tokens in valid and invalid requests and return all the secrets."""
    client = its.client
    first_one, wrong, other, misplaced = PASSWORDS
    secrets = set(PASSWORDS)
    credentials = {"email": "ana@example.com", "password": first_one}
    answers = [
        client.post("/api/v1/auth/register", json=credentials),
        client.post("/api/v1/auth/register", json=credentials),
        client.post(LOGIN, json={**credentials, "password": wrong}),
        client.post(LOGIN, json={**credentials, "email": misplaced, "password": misplaced}),
        client.post(LOGIN, json={**credentials, "password": [misplaced], misplaced: misplaced}),
        client.post(LOGIN, content=f'{{"password": "{misplaced}', headers=JSON),
        client.post(LOGIN, content=misplaced, headers={"Content-Type": misplaced}),
        client.get(f"/api/v1/me?password={misplaced}&token={misplaced}"),
        client.get("/api/v1/me", headers={"Authorization": f"Bearer {misplaced}"}),
        client.get("/api/v1/me", headers={"Cookie": f"session={misplaced}"}),
        client.get("/api/v1/me", headers={"X-Request-ID": f"{misplaced} x"}),
        client.post(LOGIN, json=credentials),
    ]
    logged_in = answers[-1].raise_for_status()
    assert [answer.status_code for answer in answers[:4]] == [201, 201, 401, 422]
    given = logged_in.json()
    secrets |= set(secrets_in(given)) | set(logged_in.cookies.values())
    secrets |= {cookie.value for cookie in client.cookies.jar if cookie.value}
    set_cookie = logged_in.headers.get("Set-Cookie", "")
    headers = {"Cookie": set_cookie.partition(";")[0]} if set_cookie else {}
    secrets |= {set_cookie.partition(";")[0].partition("=")[2]} - {""}
    if "access_token" in given:
        headers["Authorization"] = f"Bearer {given['access_token']}"
    if "csrf_token" in given:
        headers["X-CSRF-Token"] = given["csrf_token"]
    client.get("/api/v1/me", headers=headers).raise_for_status()
    if "refresh_token" in given:
        token = {"refresh_token": given["refresh_token"]}
        fresh = client.post("/api/v1/auth/refresh", json=token).raise_for_status().json()
        secrets |= set(secrets_in(fresh))
        headers["Authorization"] = f"Bearer {fresh['access_token']}"
    changes = {"current_password": wrong, "new_password": other}
    client.put("/api/v1/auth/password", json=changes, headers=headers)
    changes["current_password"] = first_one
    changed = client.put("/api/v1/auth/password", json=changes, headers=headers)
    assert changed.status_code == 204, changed.text
    if "refresh_token" in given:
        client.post("/api/v1/auth/logout", json={"refresh_token": fresh["refresh_token"]})
        client.post("/api/v1/auth/refresh", json={"refresh_token": fresh["refresh_token"]})
    else:
        client.post("/api/v1/auth/logout", headers=headers)
    return secrets


def use_keys(own: Service, its: Running) -> set[str]:
    """Use API keys in valid and invalid requests and return all the secrets."""
    key = own.app("create-admin", "--email", ADMIN_EMAIL).strip()
    its.client.headers["X-API-Key"] = key
    me = its.client.get("/api/v1/me").raise_for_status().json()
    body = {"user_id": me["id"], "name": "Another"}
    made = its.client.post("/api/v1/api-keys", json=body).raise_for_status()
    its.client.get("/api/v1/me", headers={"X-API-Key": f"{PASSWORDS[0]}.{PASSWORDS[1]}"})
    its.client.get(f"/api/v1/me?key={PASSWORDS[2]}", headers={"Cookie": PASSWORDS[3]})
    return {key, *secrets_in(made.json()), *PASSWORDS}


def break_the_database(own: Service) -> None:
    """Rename a table that is written to, so that requests fail with a server error."""
    table = {"api_key": "identity_api_keys"}.get(own.answers["auth"], "identity_passwords")
    own.python(
        "import asyncio, sqlalchemy as sa; from app.platform.persistence.sql import adapter\n"
        "async def rename():\n"
        f"    engine = adapter.create_engine({own.database_url!r})\n"
        "    async with engine.begin() as connection:\n"
        f"        await connection.execute(sa.text('ALTER TABLE {table} RENAME TO gone'))\n"
        "    await engine.dispose()\n"
        "asyncio.run(rename())"
    )


def faulty_requests(own: Service, its: Running) -> list[httpx.Response]:
    """Send requests that fail with a server error."""
    if own.answers["auth"] == "api_key":
        return [its.client.get("/api/v1/me")]
    credentials = {"email": "bob@example.com", "password": PASSWORDS[0]}
    paths = ("/api/v1/auth/register", LOGIN)
    return [its.client.post(path, json=credentials) for path in paths]


def test_log_contains_no_secrets(own: Service) -> None:
    url = with_password(own.database_url)
    with running(own, APP_DATABASE_URL=url, **UNLIMITED) as its:
        with_keys = own.answers["auth"] == "api_key"
        secrets = use_keys(own, its) if with_keys else use_passwords(its)
        break_the_database(own)
        faults = faulty_requests(own, its)
        assert {response.status_code for response in faults} & {500, 503}
        assert its.stop() == 0
        log = its.log.read_text(encoding="utf-8")

    assert '"event": "request"' in log
    assert len(secrets) > len(PASSWORDS)
    # Query parameters may contain secrets or personal data.
    never = {*secrets, SECRET_KEY, DATABASE_PASSWORD, "$argon2", "[parameters: ("}
    assert {secret for secret in never if secret in log} == set()


@only(*DATABASES)
def test_unavailable_database_is_logged_without_password(own: Service) -> None:
    with Proxy(own.database_url) as proxy:
        url = with_password(proxy.url(own.database_url))
        with running(own, APP_DATABASE_URL=url, **UNLIMITED) as its:
            proxy.cut()
            responses = faulty_requests(own, its)
            assert its.client.get("/health/ready").status_code == 503
            log = its.log.read_text(encoding="utf-8")

    assert {response.status_code for response in responses} <= {401, 503}
    assert {each for each in (DATABASE_PASSWORD, *PASSWORDS, SECRET_KEY) if each in log} == set()


def raw(its: Running, *parts: bytes, every: float = 0, drip: bytes = b"") -> bytes:
    """Send parts, then `drip` at intervals, until the server closes the connection."""
    place = urlsplit(its.base_url)
    received = b""
    with socket.create_connection((place.hostname, place.port), timeout=20) as connection:
        for part in parts:
            connection.sendall(part)
        if every:
            connection.settimeout(every)
        while True:
            try:
                chunk = connection.recv(65_536)
            except TimeoutError:
                connection.sendall(drip)
                continue
            except ConnectionError:
                return received
            if not chunk:
                return received
            received += chunk


def test_responses_do_not_disclose_software(own: Service) -> None:
    with running(own, **UNLIMITED) as its:
        client = its.client
        login = client.post(LOGIN, content=b"{" * 100, headers=JSON)
        answers = [
            login,
            client.get("/nowhere"),
            client.get("/%00"),
            client.get("/api/v1/me?x=%ff"),
            client.get("/api/v1/me", headers={"X-Long": "x" * 40_000}),
            client.get("/api/v1/me", headers={"Authorization": "Bearer x.y.z"}),
            client.get("/api/v1/me", headers={"X-API-Key": "x.y"}),
            client.get("/health/ready"),
            client.request("TRACE", "/api/v1/me"),
            client.request("OPTIONS", "/api/v1/me"),
            client.request("NONSENSE", "/api/v1/me"),
            client.post(LOGIN, json={"email": {"a": []}, "password": 1}),
            client.post(LOGIN, content=b" " * 2**21),
        ]
        texts = [f"{dict(answer.headers)} {answer.text}" for answer in answers]
        for request in (
            b"nonsense\r\n\r\n",
            b"GET / HTTP/9.9\r\n\r\n",
            b"GET /\xff HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
            b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nno colon\r\n\r\n",
            b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
            b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n",
            b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
            b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        ):
            answer = raw(its, request)
            assert answer.startswith(b"HTTP/1.1 4"), (request, answer)
            texts.append(answer.decode("latin-1"))
        break_the_database(own)
        faults = faulty_requests(own, its)
        texts += [f"{dict(answer.headers)} {answer.text}" for answer in faults]
        for fault in faults:
            assert fault.headers["Content-Type"] == "application/problem+json"

    assert [text for text in texts if TELLTALE.search(text)] == []


@only("defaults")
def test_security_headers_have_best_observatory_score(own: Service) -> None:
    production = {"APP_ENVIRONMENT": "production", "APP_ALLOWED_HOSTS": "127.0.0.1"}
    own.app("migrate", **production)
    with running(own, **production, **UNLIMITED) as its:
        paths = ("/health/live", "/api/v1/me", "/openapi.json", "/nowhere")
        scores = {path: score(its.client.get(path)) for path in paths}
        headers = {"Origin": "https://evil.example"}
        scores["foreign"] = score(its.client.get("/api/v1/me", headers=headers))
        scores["refused login"] = score(its.client.post(LOGIN, json={}))
        docs = score(its.client.get("/docs"))
        wrong_host = its.client.get("/api/v1/me", headers={"Host": "evil.example"})
        by_address = its.client.get("/health/ready", headers={"Host": "10.0.0.1"})

    print(f"scores of headers: {scores}, documentation: {docs}")
    assert set(scores.values()) == {130}
    # Swagger UI sets inline styles, which costs the bonus for a strict policy.
    assert docs == 125
    assert wrong_host.status_code == 400
    assert score(wrong_host) == 130
    assert by_address.status_code == 200


@only("defaults")
@pytest.mark.parametrize("workers", ["1", "2"])
def test_slow_or_endless_requests_return_408_or_431_while_others_are_served(
    service: Service, workers: str
) -> None:
    limits = {"APP_REQUEST_TIMEOUT_SECONDS": str(TIMEOUT_SECONDS), "APP_MAX_HEADER_BYTES": "4096"}
    with running(service, "--workers", workers, **limits, **UNLIMITED) as its:
        started = time.monotonic()
        head = b"GET /api/v1/me HTTP/1.1\r\nHost: x\r\nX-Slow: "
        slow_head = raw(its, head, every=0.2, drip=b"a")
        assert TIMEOUT_SECONDS <= time.monotonic() - started < TIMEOUT_SECONDS + 5
        assert slow_head.startswith(b"HTTP/1.1 408 "), slow_head

        started = time.monotonic()
        login = f"POST {LOGIN} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        head = f"{login}Content-Length: 1000\r\n\r\n".encode()
        slow_body = raw(its, head, every=0.2, drip=b" ")
        assert TIMEOUT_SECONDS <= time.monotonic() - started < TIMEOUT_SECONDS + 5
        assert slow_body.startswith(b"HTTP/1.1 408 "), slow_body
        assert b"application/problem+json" in slow_body

        assert raw(its, every=0.2) == b""
        endless = raw(its, b"GET / HTTP/1.1\r\nX: ", *[b"a" * 1000] * 5)
        assert endless.startswith(b"HTTP/1.1 431 ") or endless == b""
        large = raw(its, b"GET / HTTP/1.1\r\nConnection: close\r\nX: " + b"a" * 5000 + b"\r\n\r\n")
        assert large.startswith(b"HTTP/1.1 431 "), large

        place = urlsplit(its.base_url)
        idle = [socket.create_connection((place.hostname, place.port)) for _ in range(500)]
        for connection in idle:
            connection.sendall(b"GET / HTTP/1.1\r\n")
        started = time.monotonic()
        assert its.client.get("/health/ready").status_code == 200
        assert time.monotonic() - started < 5
        for connection in idle:
            connection.settimeout(TIMEOUT_SECONDS + 20)
            assert connection.recv(1024).startswith(b"HTTP/1.1 408 ")
            connection.close()
        lines = its.log.read_text(encoding="utf-8").splitlines()
        assert sum(json.loads(line)["event"] == "request refused" for line in lines) >= 502
        assert its.stop() == 0
