"""OpenAPI document: what FastAPI derives from the routes, and additions to it."""

from collections.abc import Callable
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute

from app.platform.http.problems import Problem


def operation_id(route: APIRoute) -> str:
    """Return a name for client generators that stays when paths move: `create_products`."""
    return "_".join((route.name, *map(str, route.tags))).replace(" ", "_")


def describe_problems(document: dict[str, Any]) -> None:
    """Add the schema of problems, which the routes only refer to."""
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    schemas.update(problem.pop("$defs"), Problem=problem)


def extend_openapi(app: FastAPI, *additions: Callable[[dict[str, Any]], None]) -> None:
    """Apply each of `additions` to the OpenAPI document of `app` when it is created."""
    create_document = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = create_document()  # FastAPI stores it as `openapi_schema`
            for add in additions:
                add(document)
        return create_document()

    app.openapi = openapi  # type: ignore[method-assign]
