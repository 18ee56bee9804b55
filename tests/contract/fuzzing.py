"""Schemathesis, which sends what a description allows and forbids, and judges the answers."""

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
# Generated requests never take a role or an account from anybody whom other tests need: on these
# paths they know no identifier that exists.
DANGEROUS = re.compile(r"(PUT|DELETE) /api/v1/(users|api-keys)/.+")
# These end the session that they are sent with.
ENDING = frozenset({"POST /api/v1/auth/logout", "POST /api/v1/auth/logout-everywhere"})
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
PHASES = ("examples", "coverage", "fuzzing", "stateful")

Document = Mapping[str, Any]


def operations_of(document: Document) -> list[str]:
    """Method and path of all that a description describes."""
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
    left_out: Collection[str] = (),
    timeout: float = 600,
) -> None:
    """Send generated requests as whom the headers prove; fail if an answer is not as described.

    For each operation and way to make requests, there are about as many as `examples`.
    """
    settings = folder / "settings.toml"
    lines = _settings(document, headers, examples, seed, left_out)
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
        pytest.fail(f"schemathesis did not end in time:\n{late.stdout!r}")
    assert outcome.returncode == 0, f"{outcome.stdout[-20_000:]}\n{outcome.stderr[-5_000:]}"


def _proofs(schemes: Document, headers: Mapping[str, str]) -> Iterator[str]:
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


def _settings(
    document: Document,
    headers: Mapping[str, str],
    examples: int,
    seed: int,
    left_out: Collection[str],
) -> Iterator[str]:
    """Yield Schemathesis' settings as TOML, where JSON's texts, numbers and lists are valid."""
    yield "color = false"
    yield "warnings = false"
    yield "continue-on-failure = true"
    yield f"seed = {seed}"
    yield from _proofs(document["components"]["securitySchemes"], headers)
    yield "[generation]"
    yield f"max-examples = {examples}"
    yield 'database = "none"'
    yield "[checks]"
    yield "enabled = false"
    for name in CHECKS:
        yield f"{name}.enabled = true"
    yield f"negative_data_rejection.expected-statuses = {REFUSALS}"
    operations = operations_of(document)
    for name in filter(DANGEROUS.fullmatch, operations):
        yield "[[operations]]"
        yield f"include-name = {json.dumps(name)}"
        yield "phases.coverage.extra-data-sources.responses = false"
        yield "phases.fuzzing.extra-data-sources.responses = false"
        yield "phases.stateful.enabled = false"
    for name in left_out:
        yield "[[operations]]"
        yield f"include-name = {json.dumps(name)}"
        yield "enabled = false"
