"""The service's description of itself: complete, and true of its errors too."""

from collections.abc import Callable
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute

from app.platform.http.problems import Problem


def operation_id(route: APIRoute) -> str:
    """A name for client generators that stays when paths move: `create_products`."""
    return "_".join((route.name, *map(str, route.tags))).replace(" ", "_")


def describe(app: FastAPI, *additions: Callable[[dict[str, Any]], None]) -> None:
    """Add to the description of `app` what FastAPI cannot know: the shape of problems, and more."""
    describe_routes = app.openapi

    def openapi() -> dict[str, Any]:
        document = describe_routes()  # made once: FastAPI remembers it
        schemas = document.setdefault("components", {}).setdefault("schemas", {})
        if "Problem" not in schemas:
            problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
            schemas.update(problem.pop("$defs"), Problem=problem)
            for add_to in additions:
                add_to(document)
        return document

    app.openapi = openapi  # type: ignore[method-assign]
