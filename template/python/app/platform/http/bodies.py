"""JSON bodies that every parser reads alike (RFC 8259)."""

import json
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import HTTPException, Request, Response
from fastapi.routing import APIRoute


class _StrictRequest(Request):
    """Starlette's request also reads UTF-16 and UTF-32, and the last of two values for a name."""

    async def json(self) -> Any:
        try:
            text = (await self.body()).decode()
        except UnicodeDecodeError as error:
            raise HTTPException(400, "The body is not UTF-8.") from error
        return json.loads(text, object_pairs_hook=_unique_names)


class StrictRoute(APIRoute):
    """Route that answers 400 to an ambiguous body; the `route_class` of a router."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()
        if self.body_field is None:
            return handle

        async def handle_strictly(request: Request) -> Response:
            return await handle(_StrictRequest(request.scope, request.receive))

        return handle_strictly


def _unique_names(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content = dict(pairs)
    if len(content) < len(pairs):
        raise HTTPException(400, "The body has two values for one name.")
    return content
