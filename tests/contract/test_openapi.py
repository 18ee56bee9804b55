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
from .callers import Caller
from .checks import answered, body_of, media_type
from .things import Things

METHODS = ("get", "put", "post", "delete", "patch")
OPEN_PATHS = {f"/api/v1/auth/{name}" for name in ("register", "login", "refresh", "logout")}
# Generated requests never take a role or an account from anybody whom other tests need: on these
# paths they know no identifier that exists.
DANGEROUS = re.compile(r"(PUT|DELETE) /api/v1/users/.+")
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


@pytest.mark.answers(auth="jwt")
def test_it_describes_people(document: Document) -> None:
    names = {re.sub(r"\{\w+\}", "{}", path): path for path in document["paths"]}
    for path, methods in (
        *((path, {"post"}) for path in sorted(OPEN_PATHS)),
        ("/api/v1/me", {"get"}),
        ("/api/v1/users", {"get"}),
        ("/api/v1/users/{}", {"get", "delete"}),
        ("/api/v1/users/{}/role", {"put"}),
    ):
        assert path in names
        assert document["paths"][names[path]].keys() & set(METHODS) == methods


def test_it_describes_who_may_ask(document: Document) -> None:
    schemes = document["components"]["securitySchemes"]
    for path, operations in document["paths"].items():
        for method in operations.keys() & set(METHODS):
            name = f"{method} {path}"
            security = operations[method].get("security", document.get("security", []))
            used = {scheme for requirement in security for scheme in requirement}
            assert used <= schemes.keys(), name
            if path.startswith("/api/v1/") and path not in OPEN_PATHS:
                assert used, name
                assert {} not in security, name
            elif path != "/api/v1/auth/logout":
                assert not used or {} in security, name


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


def _settings(document: Document, headers: dict[str, str]) -> str:
    """Return Schemathesis' settings as TOML, in which JSON's texts, numbers and lists are valid."""
    lines = [
        "color = false",
        "warnings = false",
        "continue-on-failure = true",
        f"seed = {SEED}",
        "[headers]",
        *(f"{name} = {json.dumps(value)}" for name, value in headers.items()),
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
    return "\n".join(lines)


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
    settings.write_text(_settings(document, second_admin.headers()), encoding="utf-8")
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
