"""URLs of databases."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import make_url


@dataclass(frozen=True, slots=True)
class DatabaseAddress:
    """Parts of a database URL; `name` is the path of a database that is a file."""

    host: str | None
    port: int | None
    user: str | None
    password: str | None
    name: str
    options: Mapping[str, str | tuple[str, ...]]


def address(url: str) -> DatabaseAddress:
    """Return the parts of a URL."""
    parts = make_url(url)
    return DatabaseAddress(
        host=parts.host,
        port=parts.port,
        user=parts.username,
        password=parts.password,
        name=parts.database or "",
        options=parts.query,
    )
