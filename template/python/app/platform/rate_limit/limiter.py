"""What a rate limit needs: a place that remembers when each client has asked."""

from typing import NamedTuple, Protocol, Self

_SECONDS = {"second": 1, "minute": 60, "hour": 60 * 60, "day": 24 * 60 * 60}


class Rate(NamedTuple):
    """At most so many requests in any window of so many seconds, wherever it begins."""

    requests: int
    seconds: int

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """The rate that `100/minute` means, or None for an empty text."""
        number, _, period = text.partition("/")
        return cls(int(number), _SECONDS[period]) if text else None


class Usage(NamedTuple):
    """What one more request has led to."""

    allowed: bool
    remaining: int
    seconds: float
    """Until the oldest request that counts leaves the window."""


class RateLimiter(Protocol):
    """The requests of each client that are still in their window."""

    async def hit(self, key: str, rate: Rate) -> Usage:
        """Count a request of the client `key`, unless there are too many already.

        What is refused is not counted: whoever goes on asking does not wait longer.
        """

    async def close(self) -> None:
        """Give back what it holds, such as connections."""
