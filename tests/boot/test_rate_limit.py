"""Limits that hold across replicas, behind proxies, and while the server that counts is away."""

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
    """Ask so many times, each time with these headers, whose names have no hyphens here."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return [its.client.get(PATH, headers=named) for _ in range(number)]


def passed(responses: list[httpx.Response]) -> int:
    """Return how many were let through; the others were refused in order."""
    statuses = Counter(response.status_code for response in responses)
    assert statuses.keys() <= {401, 429}, statuses
    return statuses[401]


def ask_from(its: Running, address: str, forwarded: str | None = None) -> httpx.Response:
    """Ask from another address of this machine, as a proxy does if it forwards for somebody."""
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    transport = httpx.HTTPTransport(local_address=address)
    with httpx.Client(base_url=its.base_url, transport=transport) as client:
        return client.get(PATH, headers=headers)


@only(SHARED)
def test_two_replicas_let_through_together_what_one_may(service: Service) -> None:
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
def test_the_window_slides_over_both_replicas(service: Service) -> None:
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
def test_a_server_that_goes_away_refuses_nobody_and_slows_nobody_down(
    service: Service, way: str
) -> None:
    url = service.variables["APP_CACHE_URL"]
    with (
        Proxy(url) as proxy,
        running(service, APP_CACHE_URL=proxy.url(url), APP_RATE_LIMIT="30/minute") as its,
    ):
        assert passed(ask(its, 5)) == 5
        getattr(proxy, way)()
        started = time.monotonic()
        assert passed(ask(its, 40)) == 30
        assert time.monotonic() - started < 5

        proxy.restore()
        deadline = time.monotonic() + 20
        while len(counting(its)) < 2:
            assert time.monotonic() < deadline
            time.sleep(0.5)
            ask(its)
        assert counting(its) == [
            "requests are counted in each process alone",
            "requests are counted together again",
        ]
        assert "Traceback" not in its.log.read_text(encoding="utf-8")


def counting(its: Running) -> list[str]:
    """Return what the log says of where requests are counted."""
    lines = map(json.loads, its.log.read_text(encoding="utf-8").splitlines())
    return [line["event"] for line in lines if "are counted" in line["event"]]


@only("defaults")
def test_the_limit_of_logging_in_is_counted_apart(service: Service) -> None:
    limits = {"APP_RATE_LIMIT": "1000000/second", "APP_LOGIN_RATE_LIMIT": "3/minute"}
    patient = {"APP_FAILED_LOGINS_PER_ACCOUNT": "1000", "APP_FAILED_LOGINS_PER_ADDRESS": "1000"}
    body = {"email": "somebody@example.com", "password": ADMIN_PASSWORD}
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
def test_nobody_is_believed_who_is_no_proxy(service: Service) -> None:
    with running(service, APP_RATE_LIMIT="5/minute") as its:
        spoofed = [ask(its, X_Forwarded_For=f"198.51.100.{number}")[0] for number in range(10)]
        assert passed(spoofed) == 5
    with running(service, APP_RATE_LIMIT="5/minute", APP_TRUSTED_PROXIES="127.0.0.9") as its:
        spoofed = [ask(its, X_Forwarded_For=f"198.51.100.{number}")[0] for number in range(10)]
        assert passed(spoofed) == 5


@only("defaults")
@pytest.mark.parametrize("proxies", ["127.0.0.9,10.0.0.1", "127.0.0.8/29, 10.0.0.0/8"])
def test_a_trusted_proxy_says_who_asks(service: Service, proxies: str) -> None:
    with running(service, APP_RATE_LIMIT="5/minute", APP_TRUSTED_PROXIES=proxies) as its:
        proxy = "127.0.0.9"
        others = [ask_from(its, proxy, f"198.51.100.{number}") for number in range(10)]
        assert passed(others) == 10
        assert passed([ask_from(its, proxy, "203.0.113.1") for _ in range(6)]) == 5

        # Of several, the last that is no proxy of ours counts; what stands before it is hearsay.
        chains = [f"198.51.100.{number}, 203.0.113.2, 10.0.0.1" for number in range(10)]
        assert passed([ask_from(its, proxy, chain) for chain in chains]) == 5
        # One IPv6 client has a whole network of addresses.
        network = [f"2001:db8:0:1::{number}" for number in range(10)]
        assert passed([ask_from(its, proxy, address) for address in network]) == 5
        # The proxy itself is a client like any other, and so is nonsense.
        assert passed([ask_from(its, proxy) for _ in range(6)]) == 5
        nonsense = [ask_from(its, proxy, f"nonsense-{number}") for number in range(6)]
        assert passed(nonsense) == 5


@only("defaults")
def test_two_headers_are_one_list(service: Service) -> None:
    """A client's own header, beside the one that a proxy added, does not hide it."""
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
