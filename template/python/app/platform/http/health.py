"""Whether the service lives, and whether it can work."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from app.kernel.errors import Unavailable
from app.platform.http.problems import problem_response, problems

CHECK_TIMEOUT_SECONDS = 2

Check = Callable[[], Awaitable[None]]


class Health(BaseModel):
    status: str = "ok"
    checks: dict[str, str] = {}


def health_routes(checks: Mapping[str, Check]) -> APIRouter:
    """Routes for an orchestrator; `checks` are the parts that the service cannot work without."""
    router = APIRouter(prefix="/health", tags=["health"])

    @router.get("/live")
    async def live() -> Health:
        """The process runs."""
        return Health()

    @router.get("/ready", response_model=Health, responses=problems(503))
    async def ready(request: Request) -> Health | Response:
        """Every part that the service needs answers."""
        answers = await asyncio.gather(*(_state(check) for check in checks.values()))
        states = dict(zip(checks, answers, strict=True))
        failing = [name for name, state in states.items() if state != "ok"]
        if failing:
            detail = f"Not ready: {', '.join(failing)}."
            return problem_response(request.scope, 503, detail, checks=states)
        return Health(checks=states)

    return router


async def _state(check: Check) -> str:
    try:
        async with asyncio.timeout(CHECK_TIMEOUT_SECONDS):
            await check()
    except (Unavailable, TimeoutError):
        return "unavailable"
    return "ok"
