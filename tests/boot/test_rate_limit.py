"""Rate limits across replicas, behind proxies, and during an outage of Redis."""

from __future__ import annotations

import json
import socket
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import httpx
import pytest

from .cases import first, only
from .proxy import Proxy
from .running import ADMIN_PASSWORD, Running, Service, running

SHARED = first(cache="redis", rate_limit="100/minute")
CASE_NAMES = ["defaults", SHARED]
PATH = "/api/v1/me"


def ask(its: Running, number: int = 1, **headers: str) -> list[httpx.Response]:
    """Send a number of requests with headers whose names have underscores for hyphens."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return [its.client.get(PATH, headers=named) for _ in range(number)]


def passed(responses: list[httpx.Response]) -> int:
    """Return the number of requests under the limit; the others returned 429."""
    statuses = Counter(response.status_code for response in responses)
    assert statuses.keys() <= {401, 429}, statuses
    return statuses[401]


def ask_from(its: Running, address: str, forwarded: str | None = None) -> httpx.Response:
    """Send a request from another local address, as a proxy if `forwarded` is given."""
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    transport = httpx.HTTPTransport(local_address=address)
    with httpx.Client(base_url=its.base_url, transport=transport) as client:
        return client.get(PATH, headers=headers)


@only(SHARED)
def test_replicas_share_one_rate_limit(service: Service) -> None:
    with ExitStack() as stack, ThreadPoolExecutor(20) as pool:
        replicas = [
            stack.enter_context(running(service, APP_RATE_LIMIT="50/minute")) for _ in range(2)
        ]
        asked = [pool.submit(ask, replicas[number % 2]) for number in range(200)]
        responses = [response for each in asked for response in each.result()]

        assert passed(responses) == 50
        allowed = [response for response in responses if response.status_code == 401]
        remaining = {response.headers["RateLimit"].partition(";t=")[0] for response in allowed}
        assert remaining == {f'"default";r={number}' for number in range(50)}


@only(SHARED)
def test_sliding_window_is_shared_by_replicas(service: Service) -> None:
    with ExitStack() as stack:
        replicas = [
            stack.enter_context(running(service, APP_RATE_LIMIT="10/second")) for _ in range(2)
        ]
        moments: list[tuple[float, float]] = []
        started = time.monotonic()
        while time.monotonic() - started < 4:
            for its in replicas:
                before = time.monotonic()
                if passed(ask(its)):
                    moments.append((before, time.monotonic()))
            time.sleep(0.02)

    for (asked, _), (_, answered) in zip(moments, moments[10:], strict=False):
        assert answered - asked >= 1
    assert len(moments) >= 30


@only(SHARED)
@pytest.mark.parametrize("way", ["cut", "silence"])
def test_unavailable_redis_falls_back_to_limit_per_process(service: Service, way: str) -> None:
    url = service.variables["APP_CACHE_URL"]
    with (
        Proxy(url) as proxy,
        running(service, APP_CACHE_URL=proxy.url(url), APP_RATE_LIMIT="30/minute") as its,
    ):
        assert passed(ask(its, 5)) == 5
        getattr(proxy, way)()
        started = time.monotonic()
        # The process continues from its own count.
        assert passed(ask(its, 40)) == 25
        assert time.monotonic() - started < 5

        proxy.restore()
        deadline = time.monotonic() + 20
        while len(outages(its)) < 2:
            assert time.monotonic() < deadline
            time.sleep(0.5)
            ask(its)
        assert outages(its) == ["dependency unavailable", "dependency available"]
        assert "Traceback" not in its.log.read_text(encoding="utf-8")


def outages(its: Running) -> list[str]:
    """Return the log events about the server that counts the requests."""
    lines = map(json.loads, its.log.read_text(encoding="utf-8").splitlines())
    return [line["event"] for line in lines if line.get("dependency") == "shared rate limits"]


@only("defaults")
def test_login_rate_limit_is_separate(service: Service) -> None:
    limits = {"APP_RATE_LIMIT": "1000000/second", "APP_LOGIN_RATE_LIMIT": "3/minute"}
    patient = {"APP_FAILED_LOGINS_PER_ACCOUNT": "1000", "APP_FAILED_LOGINS_PER_ADDRESS": "1000"}
    body = {"email": "someone@example.com", "password": ADMIN_PASSWORD}
    with running(service, **limits, **patient) as its:
        logins = [its.client.post("/api/v1/auth/login", json=body) for _ in range(5)]
        registered = its.client.post("/api/v1/auth/register", json=body)
        refreshed = its.client.post("/api/v1/auth/refresh", json={"refresh_token": "x"})

        assert [response.status_code for response in logins] == [401, 401, 401, 429, 429]
        assert logins[-1].headers["RateLimit-Policy"] == '"login";q=3;w=60'
        assert 1 <= int(logins[-1].headers["Retry-After"]) <= 60
        assert registered.status_code == 429
        assert refreshed.status_code == 401
        assert passed(ask(its, 20)) == 20


@only("defaults")
def test_forwarded_for_from_untrusted_client_is_ignored(service: Service) -> None:
    with running(service, APP_RATE_LIMIT="5/minute") as its:
        spoofed = [ask(its, X_Forwarded_For=f"198.51.100.{number}")[0] for number in range(10)]
        assert passed(spoofed) == 5
    with running(service, APP_RATE_LIMIT="5/minute", APP_TRUSTED_PROXIES="127.0.0.9") as its:
        spoofed = [ask(its, X_Forwarded_For=f"198.51.100.{number}")[0] for number in range(10)]
        assert passed(spoofed) == 5


@only("defaults")
@pytest.mark.parametrize("proxies", ["127.0.0.9,10.0.0.1", "127.0.0.8/29, 10.0.0.0/8"])
def test_forwarded_for_from_trusted_proxy_identifies_client(service: Service, proxies: str) -> None:
    with running(service, APP_RATE_LIMIT="5/minute", APP_TRUSTED_PROXIES=proxies) as its:
        proxy = "127.0.0.9"
        others = [ask_from(its, proxy, f"198.51.100.{number}") for number in range(10)]
        assert passed(others) == 10
        assert passed([ask_from(its, proxy, "203.0.113.1") for _ in range(6)]) == 5

        # The last address that is not a trusted proxy is the client; earlier ones may be forged.
        chains = [f"198.51.100.{number}, 203.0.113.2, 10.0.0.1" for number in range(10)]
        assert passed([ask_from(its, proxy, chain) for chain in chains]) == 5
        # One IPv6 client has a whole /64 network of addresses.
        network = [f"2001:db8:0:1::{number}" for number in range(10)]
        assert passed([ask_from(its, proxy, address) for address in network]) == 5
        # The proxy itself counts as a client, also for a malformed header.
        assert passed([ask_from(its, proxy) for _ in range(6)]) == 5
        nonsense = [ask_from(its, proxy, f"nonsense-{number}") for number in range(6)]
        assert passed(nonsense) == 5


@only("defaults")
def test_repeated_forwarded_for_headers_are_joined(service: Service) -> None:
    """A header sent by the client does not hide the one added by the proxy."""
    with running(service, APP_RATE_LIMIT="2/minute", APP_TRUSTED_PROXIES="127.0.0.1") as its:
        port = int(its.base_url.rpartition(":")[2])
        statuses = []
        for number in range(4):
            head = (
                f"GET {PATH} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                f"X-Forwarded-For: 198.51.100.{number}\r\nX-Forwarded-For: 203.0.113.3\r\n\r\n"
            )
            with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
                connection.sendall(head.encode())
                statuses.append(connection.recv(65_536).split()[1])
        assert statuses == [b"401", b"401", b"429", b"429"]
