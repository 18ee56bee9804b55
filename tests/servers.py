"""URLs of the database and cache servers for tests, from the environment or local defaults."""

from __future__ import annotations

import os
import socket
from urllib.parse import urlsplit

DATABASE_SERVERS = {
    "postgresql": os.environ.get(
        "ANDAMIO_TEST_POSTGRESQL_URL", "postgresql://postgres@127.0.0.1:5432"
    ).rstrip("/"),
    "mysql": os.environ.get("ANDAMIO_TEST_MYSQL_URL", "mysql://root@127.0.0.1:3306").rstrip("/"),
}
CACHE_SERVERS = {
    "redis": os.environ.get("ANDAMIO_TEST_REDIS_URL", "redis://127.0.0.1:6379/0"),
    "memcached": os.environ.get("ANDAMIO_TEST_MEMCACHED_URL", "memcached://127.0.0.1:11211"),
}


def answers(url: str) -> bool:
    """Return True if a server accepts connections at `url`."""
    parts = urlsplit(url)
    try:
        with socket.create_connection((parts.hostname, parts.port), timeout=5):
            return True
    except OSError:
        return False
