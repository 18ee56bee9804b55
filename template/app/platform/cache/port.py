"""What the service needs of a cache."""

from collections.abc import Awaitable, Callable
from typing import Any, Protocol


class Cache(Protocol):
    """Values by key, for a while. It is never the only place where a value is kept."""

    async def get_or_load(self, key: str, load: Callable[[], Awaitable[Any]]) -> Any:
        """The value under `key`, or what `load` gives, which is then kept unless it is None.

        Callers that miss the same key at the same time share one call of `load`.
        """

    async def delete(self, key: str) -> None:
        """Forget `key`, including a value that is just being loaded."""

    async def ping(self) -> None:
        """Return if the cache answers, else raise `app.kernel.errors.Unavailable`."""
