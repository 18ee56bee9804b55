"""Schemathesis runs: requests generated from the OpenAPI document, and checks of the responses."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

METHODS = ("get", "put", "post", "delete", "patch")
# Generated requests must not delete or demote a user that other tests need: for these operations
# Schemathesis gets no existing identifier.
DESTRUCTIVE = re.compile(r"(PUT|DELETE) /api/v1/(users|api-keys)/.+")
# Operations that end the session of the request.
SESSION_ENDING = frozenset({"POST /api/v1/auth/logout", "POST /api/v1/auth/logout-everywhere"})
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
REJECTION_STATUSES = [400, 401, 403, 404, 405, 409, 412, 413, 415, 422, 428]
PHASES = ("examples", "coverage", "fuzzing", "stateful")

Document = Mapping[str, Any]


def list_operations(document: Document) -> list[str]:
    """Return method and path of each operation in the document."""
    return [
        f"{method.upper()} {path}"
        for path, methods in document["paths"].items()
        for method in methods.keys() & set(METHODS)
    ]


def fuzz(
    base_url: str,
    document: Document,
    headers: Mapping[str, str],
    folder: Path,
    *,
    examples: int = 20,
    seed: int = 1,
    phases: Collection[str] = PHASES,
    excluded: Collection[str] = (),
    timeout: float = 600,
) -> None:
    """Send generated requests with the credentials in `headers`; assert that responses conform.

    Each phase sends about `examples` requests per operation.
    """
    settings = folder / "settings.toml"
    lines = _settings(document, headers, examples, seed, excluded)
    settings.write_text("\n".join(lines), encoding="utf-8")
    command = [sys.executable, "-c", "from schemathesis.cli import schemathesis; schemathesis()"]
    command += ["--config-file", str(settings), "run", f"{base_url}/openapi.json"]
    command += ["--phases", ",".join(phases)]
    try:
        outcome = subprocess.run(
            command,
            cwd=folder,
            env=os.environ | {"PYTHONUTF8": "1"},
            timeout=timeout,
            check=False,
            capture_output=True,
            encoding="utf-8",
        )
    except subprocess.TimeoutExpired as late:
        pytest.fail(f"Schemathesis did not finish in time:\n{late.stdout!r}")
    assert outcome.returncode == 0, f"{outcome.stdout[-20_000:]}\n{outcome.stderr[-5_000:]}"


def _credential_settings(schemes: Document, headers: Mapping[str, str]) -> Iterator[str]:
    """Yield the settings for the credentials of each security scheme.

    As plain headers they would also be sent in requests that must lack them.
    """
    for name, scheme in schemes.items():
        key = "bearer" if scheme["type"] == "http" else "api_key"
        if key == "bearer":
            credential = headers["Authorization"].partition(" ")[2]
        elif scheme["in"] == "cookie":
            credential = headers["Cookie"].partition("=")[2]
        else:
            credential = headers[scheme["name"]]
        yield f"[auth.openapi.{name}]"
        yield f"{key} = {json.dumps(credential)}"


def _settings(
    document: Document,
    headers: Mapping[str, str],
    examples: int,
    seed: int,
    excluded: Collection[str],
) -> Iterator[str]:
    """Yield the Schemathesis settings as TOML, which accepts JSON strings, numbers and lists."""
    yield "color = false"
    yield "warnings = false"
    yield "continue-on-failure = true"
    yield f"seed = {seed}"
    yield from _credential_settings(document["components"]["securitySchemes"], headers)
    yield "[generation]"
    yield f"max-examples = {examples}"
    yield 'database = "none"'
    yield "[checks]"
    yield "enabled = false"
    for name in CHECKS:
        yield f"{name}.enabled = true"
    yield f"negative_data_rejection.expected-statuses = {REJECTION_STATUSES}"
    operations = list_operations(document)
    for name in filter(DESTRUCTIVE.fullmatch, operations):
        yield "[[operations]]"
        yield f"include-name = {json.dumps(name)}"
        yield "phases.coverage.extra-data-sources.responses = false"
        yield "phases.fuzzing.extra-data-sources.responses = false"
        yield "phases.stateful.enabled = false"
    for name in excluded:
        yield "[[operations]]"
        yield f"include-name = {json.dumps(name)}"
        yield "enabled = false"
