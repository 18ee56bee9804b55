"""Access rules of every endpoint; an endpoint without a rule fails a test."""

import uuid
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from app.platform.authorization import DEFAULT_ROLE
from tests.access_rules import expected
from tests.access_rules.groups import ADMINISTRATORS, ANYONE, AUTHENTICATED
from tests.access_rules.logins import Headers, LogIn
from tests.access_rules.rules import Rule, Rules
from tests.logins import login


def _bodies() -> Iterator[tuple[str, Any]]:
    """Yield path and request body of each entity, from the entity's own test."""
    for path in sorted(Path(__file__).parent.glob("modules/*/test_*.py")):
        test = import_module(f"tests.integration.modules.{path.parent.name}.{path.stem}")
        if hasattr(test, "OTHER_BODY"):
            yield test.PATH, test.BODY


BODIES = dict(_bodies())

RULES: Rules = {
    ("GET", "/health/live"): Rule(ANYONE),
    ("GET", "/health/ready"): Rule(ANYONE),
    ("GET", "/api/v1/me"): Rule(AUTHENTICATED),
    ("GET", "/api/v1/users"): Rule(ADMINISTRATORS),
    ("GET", "/api/v1/users/{user_id}"): Rule(ADMINISTRATORS),
    ("PUT", "/api/v1/users/{user_id}/role"): Rule(ADMINISTRATORS, {"role": DEFAULT_ROLE}),
    ("DELETE", "/api/v1/users/{user_id}"): Rule(ADMINISTRATORS),
    **expected.RULES,
    **login.RULES,
}
for path, body in BODIES.items():
    item = path + "/{entity_id}"
    RULES |= {
        ("GET", path): Rule(expected.READERS),
        ("POST", path): Rule(expected.CREATORS, body),
        ("GET", item): Rule(expected.READERS),
        ("PUT", item): Rule(expected.CHANGERS, body),
        ("DELETE", item): Rule(expected.DELETERS),
    }


@pytest.fixture
async def callers(client: httpx.AsyncClient, log_in: LogIn) -> dict[str, Headers]:
    return {"anonymous": {}, **await expected.callers(client, log_in)}


async def test_every_endpoint_has_a_rule(app: FastAPI) -> None:
    endpoints = {
        (method.upper(), path)
        for path, operations in app.openapi()["paths"].items()
        for method in operations
    }
    assert endpoints - RULES.keys() == set(), "add rules for these endpoints"
    assert RULES.keys() - endpoints == set(), "remove the rules of these missing endpoints"


@pytest.mark.parametrize(("method", "path"), RULES, ids=" ".join)
async def test_endpoint_allows_expected_callers_only(
    client: httpx.AsyncClient, callers: dict[str, Headers], method: str, path: str
) -> None:
    rule = RULES[method, path]
    collection, _, below = path.partition("/{entity_id}")
    headers, target = {}, path
    if collection != path:
        body = BODIES[collection]
        created = await client.post(collection, json=body, headers=callers[expected.OWNER])
        headers, target = {"If-Match": created.headers["ETag"]}, created.headers["Location"] + below
    target = target.replace("{user_id}", str(uuid.uuid4())).replace("{key_id}", str(uuid.uuid4()))

    # Refused callers first: allowed ones may delete the entity.
    for name in sorted(callers, key=lambda name: (name in rule.allowed, name)):
        response = await client.request(
            method, target, json=rule.body, headers=headers | callers[name]
        )
        is_allowed = response.status_code not in {401, 403}
        assert is_allowed == (name in rule.allowed), f"{name}: {response.text}"
        if not is_allowed:
            assert response.status_code == (401 if name == "anonymous" else 403)
