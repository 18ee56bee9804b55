"""Errors as `application/problem+json` (RFC 9457)."""

from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.routing import Match
from starlette.types import Scope

from app.kernel import errors
from app.platform.auth import CHALLENGE

# A response to a large invalid request stays small.
MAX_ERRORS = 50
MAX_POINTER_LENGTH = 200

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
MEDIA_TYPE = "application/problem+json"

STATUSES: dict[type[errors.ApplicationError], HTTPStatus] = {
    errors.RuleViolation: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.NotAuthenticated: HTTPStatus.UNAUTHORIZED,
    errors.NotAllowed: HTTPStatus.FORBIDDEN,
    errors.NotFound: HTTPStatus.NOT_FOUND,
    errors.Conflict: HTTPStatus.CONFLICT,
    errors.StaleVersion: HTTPStatus.PRECONDITION_FAILED,
    errors.TooManyAttempts: HTTPStatus.TOO_MANY_REQUESTS,
    errors.Unavailable: HTTPStatus.SERVICE_UNAVAILABLE,
}


class InvalidPart(BaseModel):
    """Invalid part of a request."""

    pointer: str = Field(description="Place of the part: `body/price`, `query/limit`.")
    detail: str


class Problem(BaseModel):
    """Description of an error, for people and programs."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    instance: str = Field(description="Path of the request.")
    request_id: str = Field(description="Identifies the request in the logs.")
    errors: list[InvalidPart] | None = Field(None, description="Invalid parts of the request.")
    checks: dict[str, str] | None = Field(None, description="State of each part of the service.")


def problem_response(
    scope: Scope,
    status: int,
    detail: str,
    *,
    headers: dict[str, str] | None = None,
    **extensions: Any,
) -> JSONResponse:
    """Return a problem as the response to the request in `scope`."""
    problem = Problem(
        title=HTTPStatus(status).phrase,
        status=status,
        detail=detail,
        instance=scope["path"],
        request_id=scope["state"]["request_id"],
        **extensions,
    )
    headers = dict(headers or {})
    if status == HTTPStatus.UNAUTHORIZED:
        headers.setdefault("WWW-Authenticate", CHALLENGE)
    content = problem.model_dump(exclude_none=True)
    return JSONResponse(content, status, headers, media_type=MEDIA_TYPE)


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the OpenAPI description of the problems that a route can respond with."""
    schema = {"$ref": "#/components/schemas/Problem"}
    return {
        status: {
            "description": HTTPStatus(status).phrase,
            "content": {MEDIA_TYPE: {"schema": schema}},
        }
        for status in statuses
    }


def install_problem_handlers(app: FastAPI) -> None:
    """Respond to every error of `app` with a problem."""

    @app.exception_handler(errors.ApplicationError)
    async def application_error(request: Request, error: errors.ApplicationError) -> JSONResponse:
        status = STATUSES[type(error)]
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            # Without a traceback: the cause lies outside the code.
            reason = repr(error.__cause__ or error)
            structlog.get_logger().error("unavailable", detail=str(error), reason=reason)
        wait = error.seconds if isinstance(error, errors.TooManyAttempts) else None
        headers = {} if wait is None else {"Retry-After": str(wait)}
        return problem_response(request.scope, status, str(error), headers=headers)

    @app.exception_handler(RequestValidationError)
    async def invalid_request(request: Request, error: RequestValidationError) -> JSONResponse:
        # Without the input, which may be a secret or invalid Unicode.
        parts = [
            {"pointer": _pointer(each["loc"]), "detail": str(each["msg"])}
            for each in error.errors()[:MAX_ERRORS]
        ]
        return problem_response(
            request.scope,
            HTTPStatus.UNPROCESSABLE_ENTITY,
            "The request is invalid; `errors` names each invalid part.",
            errors=parts,
        )

    @app.exception_handler(HTTPException)
    async def http_error(request: Request, error: HTTPException) -> JSONResponse:
        headers = dict(error.headers or {})
        if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            headers["Allow"] = ", ".join(_allowed_methods(request))
        return problem_response(request.scope, error.status_code, error.detail, headers=headers)


def _allowed_methods(request: Request) -> list[str]:
    """Return all methods of the path; Starlette names those of the first route only."""
    routes = request.app.router.routes
    methods = [
        method
        for method in METHODS
        for scope in [{**request.scope, "method": method}]
        if any(route.matches(scope)[0] is Match.FULL for route in routes)
    ]
    return ["GET", "HEAD", *methods[1:]] if "GET" in methods else methods


def _pointer(location: tuple[int | str, ...]) -> str:
    pointer = "/".join(str(part).encode("utf-8", "replace").decode() for part in location)
    return pointer[:MAX_POINTER_LENGTH]
