"""The limits hold between replicas, and for whom they should when there are proxies."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import pytest

from .cases import first, only
from .running import UNLIMITED, Running, Service, free_port, running
from .test_cache import CacheServer

SHARED = first(cache="redis", auth="jwt", rate_limit="100/minute")
CASE_NAMES = ["defaults"]
PROXY = "127.0.0.1"
NOBODY = {"email": "nobody@example.com", "password": "not a password"}


@contextmanager
def replicas(service: Service, **variables: str) -> Iterator[tuple[Running, Running]]:
    """Two processes of one service."""
    service.app("migrate")
    with ExitStack() as stack:
        one, other = (
            stack.enter_context(running(service, **{**UNLIMITED, **variables})) for _ in range(2)
        )
        yield one, other


def statuses(its: tuple[Running, ...], requests: int) -> Counter[int]:
    """Ask all of them at once, by turns."""

    def ask(number: int) -> int:
        return its[number % len(its)].client.get("/api/v1/me").status_code

    with ThreadPoolExecutor(20) as pool:
        return Counter(pool.map(ask, range(requests)))


def asked_for(its: Running, *addresses: str, **headers: str) -> httpx.Response:
    """Ask as a proxy does, in the name of these addresses."""
    forwarded = [("X-Forwarded-For", address) for address in addresses]
    return its.client.get("/api/v1/me", headers=[*forwarded, *headers.items()])


@pytest.fixture
def server(tmp_path: Path) -> Iterator[CacheServer]:
    server = CacheServer("redis", tmp_path)
    server.start()
    yield server
    server.kill()


@only(SHARED)
def test_two_replicas_let_through_exactly_the_limit(service: Service, server: CacheServer) -> None:
    limit = {"APP_CACHE_URL": server.url, "APP_RATE_LIMIT": "50/minute"}
    with replicas(service, **limit) as its:
        assert statuses(its, 200) == {401: 50, 429: 150}
        for each in its:
            refused = each.client.get("/api/v1/me")
            assert refused.headers["RateLimit-Policy"] == '"default";q=50;w=60'
            assert refused.headers["RateLimit"].startswith('"default";r=0;t=')
            assert 1 <= int(refused.headers["Retry-After"]) <= 60


@only(SHARED)
def test_no_second_of_two_replicas_has_more_than_the_limit(
    service: Service, server: CacheServer
) -> None:
    limit = {"APP_CACHE_URL": server.url, "APP_RATE_LIMIT": "10/second"}
    with replicas(service, **limit) as its:
        answered: list[tuple[float, float]] = []
        end = time.monotonic() + 4
        while time.monotonic() < end:
            for each in its:
                sent = time.monotonic()
                if each.client.get("/api/v1/me").status_code == httpx.codes.UNAUTHORIZED:
                    answered.append((sent, time.monotonic()))
    # Refused requests do not count: whoever keeps asking still gets the whole limit.
    assert len(answered) >= 35
    for (_, first_counted), (eleventh_sent, _) in zip(answered, answered[10:], strict=False):
        assert eleventh_sent - first_counted > 0.9


@only(SHARED)
def test_while_redis_is_away_each_replica_counts_and_nobody_waits(
    service: Service, server: CacheServer
) -> None:
    limit = {"APP_CACHE_URL": server.url, "APP_RATE_LIMIT": "30/minute"}
    with replicas(service, **limit) as its:
        assert statuses(its, 40) == {401: 30, 429: 10}

        server.pause()
        started = time.monotonic()
        assert statuses(its, 100) == {401: 60, 429: 40}
        assert time.monotonic() - started < 6

        server.resume()
        deadline = time.monotonic() + 20
        while any("rate limit shared again" not in each.log.read_text() for each in its):
            assert time.monotonic() < deadline
            statuses(its, 2)
            time.sleep(0.1)
        for each in its:
            text = each.log.read_text(encoding="utf-8")
            assert text.count("rate limit not shared") == 1
            assert "Traceback" not in text


def test_logging_in_has_a_stricter_limit(service: Service) -> None:
    with running(service, APP_RATE_LIMIT="1000/minute", APP_LOGIN_RATE_LIMIT="4/minute") as its:
        paths = ["login", "register", "login", "register", "login", "register"]
        answers = [its.client.post(f"/api/v1/auth/{path}", json=NOBODY) for path in paths]
        assert [answer.status_code == 429 for answer in answers] == [False] * 4 + [True] * 2
        assert answers[-1].headers["RateLimit-Policy"].startswith('"login";q=4;w=60, ')
        assert 1 <= int(answers[-1].headers["Retry-After"]) <= 60
        refreshed = its.client.post("/api/v1/auth/refresh", json={"refresh_token": "x" * 43})
        assert refreshed.status_code == 401
        assert its.client.get("/api/v1/me").status_code == 401


def test_who_is_no_trusted_proxy_speaks_for_nobody(service: Service) -> None:
    limit = {"APP_RATE_LIMIT": "3/minute", "APP_TRUSTED_PROXIES": "203.0.113.0/24"}
    with running(service, **limit) as its:
        asked = [asked_for(its, f"198.51.100.{n}").status_code for n in range(5)]
    assert asked == [401, 401, 401, 429, 429]


def test_a_trusted_proxy_speaks_for_its_clients(service: Service) -> None:
    limit = {"APP_RATE_LIMIT": "2/minute", "APP_TRUSTED_PROXIES": f"{PROXY}, 203.0.113.0/24"}
    with running(service, **limit) as its:
        # Each has a count of their own.
        for address in ("198.51.100.1", "198.51.100.2"):
            asked = [asked_for(its, address).status_code for _ in range(3)]
            assert asked == [401, 401, 429]
        # What a client puts before its own address is for nothing, on one line or on several.
        assert asked_for(its, "192.0.2.9, 198.51.100.1").status_code == 429
        assert asked_for(its, "192.0.2.8", "198.51.100.1").status_code == 429
        assert asked_for(its, "nonsense, 198.51.100.1").status_code == 429
        # The last address that is no trusted proxy counts.
        assert asked_for(its, "198.51.100.2, 203.0.113.7").status_code == 429
        assert asked_for(its, "198.51.100.3, 203.0.113.7").status_code == 401
        # A network of IPv6 is one client.
        asked = [asked_for(its, f"2001:db8::{n}").status_code for n in range(3)]
        assert asked == [401, 401, 429]
        assert asked_for(its, "2001:db8:0:1::1").status_code == 401


@pytest.mark.parametrize("proxies", ["proxy.example", "10.0.0.1/8", "10.0.0.0/33", "1.2.3.4:80"])
def test_what_is_no_address_is_refused_at_the_start(service: Service, proxies: str) -> None:
    said = service.fails("serve", "--port", str(free_port()), APP_TRUSTED_PROXIES=proxies)
    assert said.startswith("Error: APP_TRUSTED_PROXIES: ")
    assert said.count("\n") == 1
