"""The servers that tests need: where the environment says, or else on this machine."""

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


def answers(url: str) -> bool:
    """Whether somebody listens where `url` points."""
    parts = urlsplit(url)
    try:
        with socket.create_connection((parts.hostname, parts.port), timeout=5):
            return True
    except OSError:
        return False
