"""What a place of counts has to do."""

from dataclasses import dataclass
from typing import Protocol, Self

SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400}


@dataclass(frozen=True, slots=True)
class Limit:
    """So many requests in every window of so many seconds, wherever it begins."""

    requests: int
    seconds: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a limit such as `100/minute`."""
        requests, _, period = text.partition("/")
        return cls(int(requests), SECONDS[period])

    def __str__(self) -> str:
        return f"{self.requests} requests in {self.seconds} s"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a request; `seconds` from now the oldest one counted leaves the window."""

    allowed: bool
    remaining: int
    seconds: float


class Windows(Protocol):
    """The requests of the last period, by key."""

    async def hit(self, key: str, limit: Limit) -> Verdict:
        """Count a request if the limit allows it; a refused one is not counted."""
        ...

    async def close(self) -> None: ...
