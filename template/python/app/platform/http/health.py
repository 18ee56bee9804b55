"""Health checks for orchestrators and load balancers."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from app.kernel.errors import Unavailable
from app.platform.http.problems import problem_response, problems

CHECK_TIMEOUT_SECONDS = 2

OK = "ok"
DEGRADED = "degraded"
UNAVAILABLE = "unavailable"


@dataclass(frozen=True, slots=True)
class HealthCheck:
    """Check of one part of the service; `check` raises `Unavailable` if the part fails.

    Without a part that is not required, the service is slower but does its work.
    """

    name: str
    check: Callable[[], Awaitable[None]]
    required: bool = True

    async def state(self) -> str:
        try:
            async with asyncio.timeout(CHECK_TIMEOUT_SECONDS):
                await self.check()
        except (Unavailable, TimeoutError):
            return UNAVAILABLE
        return OK


class Health(BaseModel):
    status: str = OK
    checks: dict[str, str] = {}


def health_routes(checks: Sequence[HealthCheck]) -> APIRouter:
    """Return the routes that tell whether the service runs, and whether it can do its work."""
    router = APIRouter(prefix="/health", tags=["health"])

    @router.get("/live")
    async def live() -> Health:
        """The process runs."""
        return Health()

    @router.get("/ready", response_model=Health, responses=problems(503))
    async def ready(request: Request) -> Health | Response:
        """The service can do its work; `degraded` if it is only slower than usual."""
        if request.app.state.is_shutting_down:
            detail = "Not ready: the service is shutting down."
            return problem_response(request.scope, 503, detail, checks={"service": "shutting down"})
        states = await asyncio.gather(*(check.state() for check in checks))
        by_name = {check.name: state for check, state in zip(checks, states, strict=True)}
        failing = [check for check in checks if by_name[check.name] != OK]
        if required := [check.name for check in failing if check.required]:
            detail = f"Not ready: {', '.join(required)}."
            return problem_response(request.scope, 503, detail, checks=by_name)
        return Health(status=DEGRADED if failing else OK, checks=by_name)

    return router
