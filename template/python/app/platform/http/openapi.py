"""The service's description of itself: complete, and true of its errors too."""

from collections.abc import Callable
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute

from app.platform.http.problems import Problem


def operation_id(route: APIRoute) -> str:
    """A name for client generators that stays when paths move: `create_products`."""
    return "_".join((route.name, *map(str, route.tags))).replace(" ", "_")


def describe_problems(document: dict[str, Any]) -> None:
    """Add the shape of problems, which the routes only refer to."""
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    schemas.update(problem.pop("$defs"), Problem=problem)


def describe(app: FastAPI, add: Callable[[dict[str, Any]], None] = describe_problems) -> None:
    """Have `add` complete the description of `app`, with what FastAPI cannot know."""
    describe_so_far = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            add(describe_so_far())  # FastAPI remembers the document that it has made
        return describe_so_far()

    app.openapi = openapi  # type: ignore[method-assign]
