"""The service's own description: complete, valid, and true."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import httpx
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from .answers import Answers, Entity
from .callers import COOKIE, CSRF_HEADER, Caller
from .checks import answered, body_of, media_type
from .fuzzing import ENDING, METHODS, fuzz
from .things import Things

API = "/api/v1"
ACCOUNTS = {"/auth/register": {"post"}, "/auth/login": {"post"}, "/auth/logout": {"post"}}
ACCOUNTS |= {"/auth/password": {"put"}, "/users": {"get", "post"}}
# What there is beside the entities, `{}` for a parameter.
PEOPLE = {
    "/me": {"get"},
    "/users": {"get"},
    "/users/{}": {"get", "delete"},
    "/users/{}/role": {"put"},
}
PROVING = {
    "jwt": ACCOUNTS | {"/auth/refresh": {"post"}},
    "session": ACCOUNTS | {"/auth/session": {"get"}, "/auth/logout-everywhere": {"post"}},
    "api_key": {
        "/users": {"get", "post"},
        "/api-keys": {"get", "post"},
        "/api-keys/{}": {"delete"},
    },
    "oauth2": {},
}
GRANTING = {"/me/permissions": {"get"}, "/users/{}/permissions": {"get", "put"}}
# Where nobody has to prove who they are; a refresh token proves itself.
OPEN_PATHS = {
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
    """What the service says of itself."""
    return cast("Document", body_of(anonymous.get("/openapi.json")))


def _resolved(document: Document, part: Document) -> Document:
    while "$ref" in part:
        found: Any = document
        for name in part["$ref"].removeprefix("#/").split("/"):
            key = name.replace("~1", "/").replace("~0", "~")
            assert key in found, f"{part['$ref']} leads nowhere"
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


def test_it_is_valid_openapi(document: Document) -> None:
    assert document["openapi"].startswith("3.1.")
    for reference in sorted(set(_references(document))):
        assert _resolved(document, {"$ref": reference})
    problems = [error.message for error in OpenAPIV31SpecValidator(document).iter_errors()]
    assert problems == []


def test_it_describes_an_entity(document: Document, entity: Entity) -> None:
    many, one = document["paths"][entity.path], document["paths"][_item_path(document, entity)]
    assert many.keys() & set(METHODS) == {"get", "post"}
    assert one.keys() & set(METHODS) == {"get", "put", "delete"}
    for operation, statuses in (
        (many["get"], {"200", "401", "403"}),
        (many["post"], {"201", "401", "403", "422"}),
        (one["get"], {"200", "401", "403", "404"}),
        (one["put"], {"200", "401", "403", "404", "412", "422", "428"}),
        (one["delete"], {"204", "401", "403", "404", "412"}),
    ):
        assert operation["responses"].keys() >= statuses
    parameters = [_resolved(document, each) for each in many["get"]["parameters"]]
    assert {each["name"] for each in parameters if each["in"] == "query"} == {"limit", "cursor"}
    for operation in (one["put"], one["delete"]):
        parameters = [_resolved(document, each) for each in operation["parameters"]]
        headers = {each["name"].lower() for each in parameters if each["in"] == "header"}
        assert "if-match" in headers


def test_it_describes_what_an_entity_takes(document: Document, entity: Entity) -> None:
    paths = document["paths"]
    for operation in (paths[entity.path]["post"], paths[_item_path(document, entity)]["put"]):
        body = _resolved(document, operation["requestBody"])
        assert set(body["content"]) == {"application/json"}
        schema = _resolved(document, body["content"]["application/json"]["schema"])
        assert schema["properties"].keys() == {field.name for field in entity.fields}
        required = {field.name for field in entity.fields if not field.optional}
        assert set(schema.get("required", ())) == required
        assert schema["additionalProperties"] is False


def test_it_describes_what_an_entity_answers(document: Document, entity: Entity) -> None:
    response = document["paths"][entity.path]["post"]["responses"]["201"]
    content = _resolved(document, response)["content"]["application/json"]
    schema = _resolved(document, content["schema"])
    assert schema["properties"].keys() == entity.keys
    assert set(schema["required"]) == entity.keys


def test_it_describes_what_there_is_and_no_more(document: Document, answers: Answers) -> None:
    wanted = PEOPLE | PROVING[answers.raw["auth"]]
    if answers.raw["authorization"] == "permissions":
        wanted |= GRANTING
    wanted = {f"{API}{path}": methods for path, methods in wanted.items()}
    for entity in answers.entities:
        wanted[entity.path] = {"get", "post"}
        wanted[f"{entity.path}/{{}}"] = {"get", "put", "delete"}
    described = {
        re.sub(r"\{\w+\}", "{}", path): operations.keys() & set(METHODS)
        for path, operations in document["paths"].items()
        if path.startswith(f"{API}/")
    }
    assert described == wanted


def test_it_describes_how_to_prove_who_one_is(document: Document, answers: Answers) -> None:
    schemes = document["components"]["securitySchemes"].values()
    wanted = SCHEMES[answers.raw["auth"]]
    told = [{key: scheme[key] for key in scheme.keys() & SCHEME_KEYS} for scheme in schemes]
    assert sorted(told, key=_name) == sorted(wanted, key=_name)


def _name(scheme: Document) -> str:
    return str(scheme.get("name"))


def test_it_describes_who_may_ask(document: Document, answers: Answers) -> None:
    schemes = document["components"]["securitySchemes"]
    for path, operations in document["paths"].items():
        for method in operations.keys() & set(METHODS):
            name = f"{method} {path}"
            security = operations[method].get("security", document.get("security", []))
            used = {scheme for requirement in security for scheme in requirement}
            assert used <= schemes.keys(), name
            if path.startswith(f"{API}/") and path not in OPEN_PATHS[answers.raw["auth"]]:
                assert used, name
                assert {} not in security, name
            else:
                assert not used, name


@pytest.mark.answers(auth="session")
def test_it_describes_the_token_against_csrf(document: Document) -> None:
    schemes = document["components"]["securitySchemes"]
    for path, operations in document["paths"].items():
        for method in operations.keys() & set(METHODS):
            for requirement in operations[method].get("security", ()):
                names = {schemes[scheme]["name"] for scheme in requirement}
                wanted = {COOKIE} if method == "get" else {COOKIE, CSRF_HEADER}
                assert names == wanted, f"{method} {path}"


def test_every_described_error_is_a_problem(document: Document) -> None:
    for path, operations in document["paths"].items():
        for method in operations.keys() & set(METHODS):
            for status, response in operations[method]["responses"].items():
                if status[0] in "45":
                    content = _resolved(document, response).get("content", {})
                    assert set(content) == {"application/problem+json"}, (method, path, status)


def test_it_can_be_read_by_people(anonymous: httpx.Client) -> None:
    response = answered(anonymous.get("/docs"), 200)
    assert media_type(response) == "text/html"
    assert "openapi.json" in response.text


@pytest.mark.slow
def test_it_is_true(
    document: Document,
    base_url: str,
    answers: Answers,
    second_admin: Caller,
    some_things: Things,
    tmp_path: Path,
) -> None:
    some_things.create()
    fuzz(
        base_url,
        document,
        second_admin.headers(),
        tmp_path,
        left_out=ENDING if answers.raw["auth"] == "session" else (),
        timeout=120 + 20 * len(answers.entities),
    )
