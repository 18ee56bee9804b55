"""What the service needs of a cache: bytes by key, for a while."""

from typing import Protocol


class Cache(Protocol):
    """Never the only place where a value is kept: any of them may be gone at any time.

    Every call raises `app.kernel.errors.Unavailable` if the cache does not answer.
    """

    async def get(self, key: str) -> bytes | None:
        """The value under `key`, or None."""

    async def set(self, key: str, value: bytes, seconds: float) -> None:
        """Keep `value`, whatever was there."""

    async def add(self, key: str, value: bytes, seconds: float) -> bool:
        """Keep `value` if nothing is there; whether it was kept."""

    async def swap(self, key: str, old: bytes, new: bytes, seconds: float) -> bool:
        """Keep `new` if `old` is there (compare and set); whether it was kept."""

    async def delete(self, key: str) -> None:
        """Forget `key`."""

    async def ping(self) -> None:
        """Return if the cache answers."""

    async def close(self) -> None:
        """Give back what it holds, such as connections."""
