"""OpenAPI document: validity, completeness, and conformance of the service."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import httpx
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from .answers import Answers, Entity
from .api_clients import COOKIE, CSRF_HEADER, ApiClient
from .assertions import assert_status, json_body, media_type
from .fuzzing import METHODS, SESSION_ENDING, fuzz
from .resources import Resources

API = "/api/v1"
ACCOUNT_PATHS = {"/auth/register": {"post"}, "/auth/login": {"post"}, "/auth/logout": {"post"}}
ACCOUNT_PATHS |= {"/auth/password": {"put"}, "/users": {"get", "post"}}
# Paths other than those of entities, with `{}` for a parameter.
USER_PATHS = {
    "/me": {"get"},
    "/users": {"get"},
    "/users/{}": {"get", "delete"},
    "/users/{}/role": {"put"},
}
AUTH_PATHS = {
    "jwt": ACCOUNT_PATHS | {"/auth/refresh": {"post"}},
    "session": ACCOUNT_PATHS | {"/auth/session": {"get"}, "/auth/logout-everywhere": {"post"}},
    "api_key": {
        "/users": {"get", "post"},
        "/api-keys": {"get", "post"},
        "/api-keys/{}": {"delete"},
    },
    "oauth2": {},
}
PERMISSION_PATHS = {"/me/permissions": {"get"}, "/users/{}/permissions": {"get", "put"}}
# Paths without authentication; a refresh token is a credential itself.
PUBLIC_PATHS = {
    "jwt": {f"{API}/auth/{name}" for name in ("register", "login", "refresh", "logout")},
    "session": {f"{API}/auth/{name}" for name in ("register", "login")},
    "api_key": set(),
    "oauth2": set(),
}
SCHEME_KEYS = {"type", "scheme", "in", "name"}
BEARER = {"type": "http", "scheme": "bearer"}
SCHEMES = {
    "jwt": [BEARER],
    "session": [
        {"type": "apiKey", "in": "cookie", "name": COOKIE},
        {"type": "apiKey", "in": "header", "name": CSRF_HEADER},
    ],
    "api_key": [{"type": "apiKey", "in": "header", "name": "X-API-Key"}],
    "oauth2": [BEARER],
}

Document = dict[str, Any]


@pytest.fixture(scope="module")
def document(anonymous: httpx.Client) -> Document:
    """OpenAPI document of the service."""
    return cast("Document", json_body(anonymous.get("/openapi.json")))


def _resolve(document: Document, part: Document) -> Document:
    while "$ref" in part:
        found: Any = document
        for name in part["$ref"].removeprefix("#/").split("/"):
            key = name.replace("~1", "/").replace("~0", "~")
            assert key in found, f"{part['$ref']} is not defined"
            found = found[key]
        part = found
    return part


def _references(part: object) -> Iterator[str]:
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"]
        part = list(part.values())
    if isinstance(part, list):
        for each in part:
            yield from _references(each)


def _item_path(document: Document, entity: Entity) -> str:
    pattern = re.compile(re.escape(entity.path) + r"/\{\w+\}")
    found = [path for path in document["paths"] if pattern.fullmatch(path)]
    assert len(found) == 1, found
    return str(found[0])


def test_document_is_valid_openapi_3_1(document: Document) -> None:
    assert document["openapi"].startswith("3.1.")
    for reference in sorted(set(_references(document))):
        assert _resolve(document, {"$ref": reference})
    problems = [error.message for error in OpenAPIV31SpecValidator(document).iter_errors()]
    assert problems == []


def test_entity_operations_document_statuses_and_parameters(
    document: Document, entity: Entity
) -> None:
    collection, item = (
        document["paths"][entity.path],
        document["paths"][_item_path(document, entity)],
    )
    assert collection.keys() & set(METHODS) == {"get", "post"}
    assert item.keys() & set(METHODS) == {"get", "put", "delete"}
    for operation, statuses in (
        (collection["get"], {"200", "401", "403"}),
        (collection["post"], {"201", "401", "403", "422"}),
        (item["get"], {"200", "401", "403", "404"}),
        (item["put"], {"200", "401", "403", "404", "412", "422", "428"}),
        (item["delete"], {"204", "401", "403", "404", "412"}),
    ):
        assert operation["responses"].keys() >= statuses
    parameters = [_resolve(document, each) for each in collection["get"]["parameters"]]
    assert {each["name"] for each in parameters if each["in"] == "query"} == {"limit", "cursor"}
    for operation in (item["put"], item["delete"]):
        parameters = [_resolve(document, each) for each in operation["parameters"]]
        headers = {each["name"].lower() for each in parameters if each["in"] == "header"}
        assert "if-match" in headers


def test_entity_request_schema_matches_fields(document: Document, entity: Entity) -> None:
    paths = document["paths"]
    for operation in (paths[entity.path]["post"], paths[_item_path(document, entity)]["put"]):
        body = _resolve(document, operation["requestBody"])
        assert set(body["content"]) == {"application/json"}
        schema = _resolve(document, body["content"]["application/json"]["schema"])
        assert schema["properties"].keys() == {field.name for field in entity.fields}
        required = {field.name for field in entity.fields if not field.optional}
        assert set(schema.get("required", ())) == required
        assert schema["additionalProperties"] is False


def test_entity_response_schema_matches_fields(document: Document, entity: Entity) -> None:
    response = document["paths"][entity.path]["post"]["responses"]["201"]
    content = _resolve(document, response)["content"]["application/json"]
    schema = _resolve(document, content["schema"])
    assert schema["properties"].keys() == entity.keys
    assert set(schema["required"]) == entity.keys


def test_document_lists_exactly_the_expected_operations(
    document: Document, answers: Answers
) -> None:
    expected = USER_PATHS | AUTH_PATHS[answers.raw["auth"]]
    if answers.raw["authorization"] == "permissions":
        expected |= PERMISSION_PATHS
    expected = {f"{API}{path}": methods for path, methods in expected.items()}
    for entity in answers.entities:
        expected[entity.path] = {"get", "post"}
        expected[f"{entity.path}/{{}}"] = {"get", "put", "delete"}
    described = {
        re.sub(r"\{\w+\}", "{}", path): operations.keys() & set(METHODS)
        for path, operations in document["paths"].items()
        if path.startswith(f"{API}/")
    }
    assert described == expected


def test_security_schemes_match_auth_method(document: Document, answers: Answers) -> None:
    schemes = document["components"]["securitySchemes"].values()
    expected = SCHEMES[answers.raw["auth"]]
    schemes_found = [
        {key: scheme[key] for key in scheme.keys() & SCHEME_KEYS} for scheme in schemes
    ]
    assert sorted(schemes_found, key=_name) == sorted(expected, key=_name)


def _name(scheme: Document) -> str:
    return str(scheme.get("name"))


def test_only_public_operations_have_no_security_requirement(
    document: Document, answers: Answers
) -> None:
    schemes = document["components"]["securitySchemes"]
    for path, operations in document["paths"].items():
        for method in operations.keys() & set(METHODS):
            name = f"{method} {path}"
            security = operations[method].get("security", document.get("security", []))
            used = {scheme for requirement in security for scheme in requirement}
            assert used <= schemes.keys(), name
            if path.startswith(f"{API}/") and path not in PUBLIC_PATHS[answers.raw["auth"]]:
                assert used, name
                assert {} not in security, name
            else:
                assert not used, name


@pytest.mark.answers(auth="session")
def test_unsafe_operations_require_csrf_header(document: Document) -> None:
    schemes = document["components"]["securitySchemes"]
    for path, operations in document["paths"].items():
        for method in operations.keys() & set(METHODS):
            for requirement in operations[method].get("security", ()):
                names = {schemes[scheme]["name"] for scheme in requirement}
                expected = {COOKIE} if method == "get" else {COOKIE, CSRF_HEADER}
                assert names == expected, f"{method} {path}"


def test_error_responses_are_documented_as_problem_json(document: Document) -> None:
    for path, operations in document["paths"].items():
        for method in operations.keys() & set(METHODS):
            for status, response in operations[method]["responses"].items():
                if status[0] in "45":
                    content = _resolve(document, response).get("content", {})
                    assert set(content) == {"application/problem+json"}, (method, path, status)


def test_docs_page_returns_html(anonymous: httpx.Client) -> None:
    response = assert_status(anonymous.get("/docs"), 200)
    assert media_type(response) == "text/html"
    assert "openapi.json" in response.text


@pytest.mark.slow
def test_generated_requests_conform_to_document(
    document: Document,
    base_url: str,
    answers: Answers,
    second_admin: ApiClient,
    sample_resources: Resources,
    tmp_path: Path,
) -> None:
    sample_resources.create()
    fuzz(
        base_url,
        document,
        second_admin.headers(),
        tmp_path,
        excluded=SESSION_ENDING if answers.raw["auth"] == "session" else (),
        timeout=120 + 20 * len(answers.entities),
    )
