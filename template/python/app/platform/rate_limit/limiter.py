"""Port of rate limiters: exact sliding windows."""

from typing import NamedTuple, Protocol, Self

_SECONDS = {"second": 1, "minute": 60, "hour": 60 * 60, "day": 24 * 60 * 60}


class Rate(NamedTuple):
    """Highest number of requests in any window of `seconds`, wherever it begins."""

    requests: int
    seconds: int

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Return the rate of a text such as `100/minute`, or None for an empty text."""
        number, _, period = text.partition("/")
        return cls(int(number), _SECONDS[period]) if text else None


class Usage(NamedTuple):
    """State of a client's window after a request."""

    allowed: bool
    remaining: int
    seconds: float
    """Time until the oldest request leaves the window."""


class RateLimiter(Protocol):
    """Store of the requests in each client's current window."""

    async def hit(self, key: str, rate: Rate) -> Usage:
        """Count a request of the client `key`, unless its window is full.

        A refused request is not counted, so that clients that keep trying do not wait longer.
        """

    async def close(self) -> None:
        """Release resources such as connections."""
