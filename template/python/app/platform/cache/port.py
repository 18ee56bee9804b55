"""Port of caches: bytes by key, for a limited time."""

from typing import Protocol


class Cache(Protocol):
    """Copies of values that are stored elsewhere: any copy may be gone at any time.

    Every method raises `app.kernel.errors.Unavailable` if the cache does not answer.
    """

    async def get(self, key: str) -> bytes | None:
        """Return the value under `key`, or None."""

    async def set(self, key: str, value: bytes, seconds: float) -> None:
        """Store `value`, in place of any other."""

    async def add(self, key: str, value: bytes, seconds: float) -> bool:
        """Store `value` if there is none; return whether it was stored."""

    async def swap(self, key: str, old: bytes, new: bytes, seconds: float) -> bool:
        """Store `new` if the value is `old` (compare and set); return whether it was stored."""

    async def delete(self, key: str) -> None:
        """Delete the value under `key`, if any."""

    async def ping(self) -> None:
        """Return if the cache answers."""

    async def close(self) -> None:
        """Release resources such as connections."""
