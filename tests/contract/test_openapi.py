"""The service's own description: complete, valid, and true."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import httpx
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from .answers import Answers, Entity
from .callers import COOKIE, CSRF_HEADER, Caller
from .checks import answered, body_of, media_type
from .things import Things

METHODS = ("get", "put", "post", "delete", "patch")
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
# Generated requests never take a role or an account from anybody whom other tests need: on these
# paths they know no identifier that exists.
DANGEROUS = re.compile(r"(PUT|DELETE) /api/v1/(users|api-keys)/.+")
# Nor do they end the session that they are sent with.
LEFT_OUT = ("POST /api/v1/auth/logout", "POST /api/v1/auth/logout-everywhere")
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
    "response_headers_conformance",
    "negative_data_rejection",
    "ignored_auth",
    "unsupported_method",
    "allow_header_conformance",
    "use_after_free",
    "ensure_resource_availability",
)
REFUSALS = [400, 401, 403, 404, 405, 409, 412, 413, 415, 422, 428]
EXAMPLES = 20
SEED = 1

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


# --- Schemathesis --------------------------------------------------------------------------------


def _proofs(schemes: Document, headers: dict[str, str]) -> Iterator[str]:
    """Yield the settings that say what proves who asks, in the places that the description names.

    As mere headers they would be sent in requests that are to lack them.
    """
    for name, scheme in schemes.items():
        key = "bearer" if scheme["type"] == "http" else "api_key"
        if key == "bearer":
            proof = headers["Authorization"].partition(" ")[2]
        elif scheme["in"] == "cookie":
            proof = headers["Cookie"].partition("=")[2]
        else:
            proof = headers[scheme["name"]]
        yield f"[auth.openapi.{name}]"
        yield f"{key} = {json.dumps(proof)}"


def _settings(document: Document, answers: Answers, headers: dict[str, str]) -> str:
    """Return Schemathesis' settings as TOML, in which JSON's texts, numbers and lists are valid."""
    lines = [
        "color = false",
        "warnings = false",
        "continue-on-failure = true",
        f"seed = {SEED}",
        *_proofs(document["components"]["securitySchemes"], headers),
        "[generation]",
        f"max-examples = {EXAMPLES}",
        'database = "none"',
        "[checks]",
        "enabled = false",
        *(f"{name}.enabled = true" for name in CHECKS),
        f"negative_data_rejection.expected-statuses = {REFUSALS}",
    ]
    operations = [
        f"{method.upper()} {path}"
        for path, methods in document["paths"].items()
        for method in methods.keys() & set(METHODS)
    ]
    for name in filter(DANGEROUS.fullmatch, operations):
        lines += [
            "[[operations]]",
            f"include-name = {json.dumps(name)}",
            "phases.coverage.extra-data-sources.responses = false",
            "phases.fuzzing.extra-data-sources.responses = false",
            "phases.stateful.enabled = false",
        ]
    if answers.raw["auth"] == "session":
        for name in LEFT_OUT:
            lines += ["[[operations]]", f"include-name = {json.dumps(name)}", "enabled = false"]
    return "\n".join(lines)


@pytest.mark.slow
def test_it_is_true(
    document: Document,
    base_url: str,
    answers: Answers,
    second_admin: Caller,
    some_things: Things,
    tmp_path: Path,
) -> None:
    """Schemathesis sends what the description allows and forbids, and judges the answers."""
    some_things.create()
    settings = tmp_path / "settings.toml"
    settings.write_text(_settings(document, answers, second_admin.headers()), encoding="utf-8")
    command = [sys.executable, "-c", "from schemathesis.cli import schemathesis; schemathesis()"]
    command += ["--config-file", str(settings), "run", f"{base_url}/openapi.json"]
    try:
        outcome = subprocess.run(
            command,
            cwd=tmp_path,
            env=os.environ | {"PYTHONUTF8": "1"},
            timeout=120 + 20 * len(answers.entities),
            check=False,
            capture_output=True,
            encoding="utf-8",
        )
    except subprocess.TimeoutExpired as late:
        pytest.fail(f"schemathesis did not end in time:\n{late.stdout!r}")
    assert outcome.returncode == 0, f"{outcome.stdout[-20_000:]}\n{outcome.stderr[-5_000:]}"
