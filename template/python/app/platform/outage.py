"""Outage handling: a circuit breaker before a server that may not answer."""

import asyncio
from collections.abc import Awaitable, Callable
from contextvars import Context
from typing import ParamSpec, TypeVar

import structlog

from app.kernel.errors import Unavailable

RETRY_SECONDS = 2.0

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")

log = structlog.get_logger()


class CircuitBreaker:
    """Circuit breaker that one `Unavailable` error opens: from then on, every call fails at once.

    A background task runs `probe` at once, since a timeout of a busy process is no outage, and
    then every `RETRY_SECONDS`. It closes the circuit when `probe` succeeds. So no request waits for
    a server that is away.
    """

    def __init__(self, name: str, probe: Callable[[], Awaitable[None]]) -> None:
        self._name = name
        self._probe = probe
        self._recovery: asyncio.Task[None] | None = None

    async def call(
        self,
        operation: Callable[Parameters, Awaitable[Result]],
        *args: Parameters.args,
        **kwargs: Parameters.kwargs,
    ) -> Result:
        """Return the result of `operation`, or raise `Unavailable`."""
        if self._recovery is not None:
            raise Unavailable(f"Unavailable: {self._name}; try again later.")
        try:
            return await operation(*args, **kwargs)
        except Unavailable as error:
            self._open(error)
            raise

    def close(self) -> None:
        """Stop the background task."""
        if self._recovery is not None:
            self._recovery.cancel()

    def _open(self, error: Unavailable) -> None:
        if self._recovery is None:
            log.warning(
                "dependency unavailable",
                dependency=self._name,
                detail=str(error),
                cause=repr(error.__cause__),
            )
            # In an empty context: the task belongs to no request.
            self._recovery = asyncio.create_task(self._recover(), context=Context())

    async def _recover(self) -> None:
        while True:
            try:
                await self._probe()
            except Unavailable:
                await asyncio.sleep(RETRY_SECONDS)
            else:
                break
        self._recovery = None
        log.info("dependency available", dependency=self._name)
