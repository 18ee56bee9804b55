"""Replicas with a shared cache: consistency, and outages of the cache server."""

from __future__ import annotations

import json
import shlex
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from .. import servers
from .cases import first
from .running import ADMIN_EMAIL, ADMIN_PASSWORD, Running, Service, free_port, log_in, running

CASE_NAMES = [
    first(cache="redis", cache_strategy="write-through"),
    first(cache="memcached", cache_strategy="read-through"),
]
SECONDS_TO_RECOVER = 20
SECRET = "only for the tests, and longer than it needs to be"

# Commands that start a cache server for one test; `%s` is the port.
SERVERS = {
    "redis": "redis-server --bind 127.0.0.1 --port %s --save ''",
    "memcached": "memcached -l 127.0.0.1 -p %s -U 0 -u nobody",
}


class CacheServer:
    """Cache server of one test, which it stops, pauses and restarts."""

    def __init__(self, product: str, folder: Path) -> None:
        self._port = free_port()
        self._command = shlex.split(SERVERS[product] % self._port)
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self.url = f"{product}://127.0.0.1:{self._port}"

    def start(self) -> None:
        """Start the server without data and wait until it accepts connections."""
        self._process = subprocess.Popen(
            self._command, cwd=self._folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        deadline = time.monotonic() + SECONDS_TO_RECOVER
        while not servers.answers(self.url):
            assert self._process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.05)

    def pause(self) -> None:
        """Suspend the process: connections stay open without responses."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Resume the process."""
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def kill(self) -> None:
        """Kill the process."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()


@pytest.fixture
def server(service: Service, tmp_path: Path) -> Iterator[CacheServer]:
    product = service.answers["cache"]
    if shutil.which(SERVERS[product].split()[0]) is None:
        pytest.skip(f"no {product} server is installed")
    server = CacheServer(product, tmp_path)
    server.start()
    yield server
    server.kill()


class Things:
    """Client for one entity of the service through one of its replicas."""

    def __init__(self, service: Service, its: Running) -> None:
        self.client = its.client
        self.body = service.body()
        self.path = service.collection
        its.client.headers.update(log_in(its, ADMIN_EMAIL))

    def create(self) -> str:
        created = self.client.post(self.path, json=self.body).raise_for_status()
        return str(created.headers["Location"])

    def read(self, place: str) -> dict[str, Any]:
        item: dict[str, Any] = self.client.get(place).raise_for_status().json()
        return item

    def change(self, place: str, version: int) -> dict[str, Any]:
        headers = {"If-Match": f'"{version}"'}
        answer = self.client.put(place, json=self.body, headers=headers).raise_for_status()
        item: dict[str, Any] = answer.json()
        return item


@contextmanager
def two_replicas(service: Service, **variables: str) -> Iterator[tuple[Running, Running]]:
    """Run two processes of the service, each on its own port."""
    service.app("create-admin", "--email", ADMIN_EMAIL, "--password", ADMIN_PASSWORD)
    variables = {"APP_SECRET_KEY": SECRET, "APP_RATE_LIMIT": "1000000/second", **variables}
    with ExitStack() as stack:
        one, other = (stack.enter_context(running(service, **variables)) for _ in range(2))
        yield one, other


def outages(its: Running) -> list[str]:
    """Return the dependencies that the log reports as unavailable; it holds no other warning."""
    lines = map(json.loads, its.log.read_text(encoding="utf-8").splitlines())
    warnings = [line for line in lines if line["level"] not in {"debug", "info"}]
    assert {line["event"] for line in warnings} == {"dependency unavailable"}
    return [line["dependency"] for line in warnings]


def until_ready(its: Running) -> None:
    """Wait until every check of the service passes, the one of the cache included."""
    deadline = time.monotonic() + SECONDS_TO_RECOVER
    while its.client.get("/health/ready").json()["status"] != "ok":
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_change_on_one_replica_is_visible_on_other_immediately(service: Service) -> None:
    with two_replicas(service) as replicas:
        one, other = (Things(service, its) for its in replicas)
        place = one.create()
        for version in range(1, 51):
            assert one.read(place)["version"] == other.read(place)["version"] == version
            changed = (one, other)[version % 2].change(place, version)
            assert changed["version"] == version + 1
        one.client.delete(place).raise_for_status()
        assert one.client.get(place).status_code == httpx.codes.NOT_FOUND
        assert other.client.get(place).status_code == httpx.codes.NOT_FOUND


def test_concurrent_reads_are_monotonic_during_writes(service: Service) -> None:
    with two_replicas(service) as replicas:
        one, other = (Things(service, its) for its in replicas)
        place = one.create()
        answered = 1

        def read_on(who: Things) -> int:
            reads = 0
            while answered < 100:
                at_least = answered
                assert who.read(place)["version"] >= at_least
                reads += 1
            return reads

        with ThreadPoolExecutor(4) as pool:
            readers = [pool.submit(read_on, who) for who in (one, other, one, other)]
            while answered < 100:
                answered = (one, other)[answered % 2].change(place, answered)["version"]
            assert all(reader.result() > 0 for reader in readers)


def test_stopped_cache_degrades_readiness_and_fails_no_request(
    service: Service, server: CacheServer
) -> None:
    expected = ["cache"]
    if service.answers["cache"] == "redis" and service.answers["rate_limit"]:
        expected.append("shared rate limits")
    with two_replicas(service, APP_CACHE_URL=server.url) as replicas:
        one, other = (Things(service, its) for its in replicas)
        place = one.create()
        assert one.read(place) == other.read(place)
        assert replicas[0].client.get("/health/ready").json()["checks"]["cache"] == "ok"

        server.kill()
        started = time.monotonic()
        for version in range(1, 21):
            assert one.read(place)["version"] == other.read(place)["version"] == version
            (one, other)[version % 2].change(place, version)
        # 60 requests: most of them skip the cache without waiting for a timeout.
        assert time.monotonic() - started < 20

        for its in replicas:
            ready = its.client.get("/health/ready")
            assert ready.status_code == httpx.codes.OK
            assert ready.json()["status"] == "degraded"
            checks = ready.json()["checks"]
            assert checks.pop("cache") == "unavailable"
            assert set(checks.values()) == {"ok"}
            assert its.client.head("/health/ready").status_code == httpx.codes.OK
            assert its.client.get("/health/live").status_code == httpx.codes.OK
            assert sorted(outages(its)) == expected

        server.start()
        for its in replicas:
            until_ready(its)
        assert one.read(place)["version"] == other.read(place)["version"] == 21
        assert one.change(place, 21)["version"] == other.read(place)["version"] == 22
        assert [its.stop() for its in replicas] == [0, 0]


def test_change_during_cache_pause_invalidates_cached_entity(
    service: Service, server: CacheServer
) -> None:
    """The cache is suspended with stale entries and resumes without a restart."""
    with two_replicas(service, APP_CACHE_URL=server.url) as replicas:
        one, other = (Things(service, its) for its in replicas)
        place = one.create()
        assert one.read(place) == other.read(place)

        server.pause()
        started = time.monotonic()
        assert one.change(place, 1)["version"] == 2
        assert one.read(place)["version"] == other.read(place)["version"] == 2
        assert time.monotonic() - started < 10
        server.resume()

        for its in replicas:
            until_ready(its)
        assert one.read(place)["version"] == other.read(place)["version"] == 2
