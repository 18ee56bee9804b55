"""Broken access control: missing credentials or permissions, guessed ids, mass assignment."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from typing import Any
from uuid import UUID, uuid4

import httpx

from ..contract.api_clients import COOKIE, CSRF_HEADER, PASSWORD, ApiClient
from ..contract.assertions import assert_problem, describe_exchange, json_body
from .attacked import CASE_NAMES, PUBLIC_PATHS, Attacked, Route
from .cases import CASES

INVENTED = secrets.token_hex(32)
# Credentials that are invalid for every authentication method.
INVALID_CREDENTIALS: dict[str, dict[str, str]] = {
    "no credentials": {},
    "no token": {"Authorization": "Bearer"},
    "an invented token": {"Authorization": f"Bearer {secrets.token_hex(32)}"},
    "a password": {"Authorization": "Basic YWRtaW46YWRtaW4="},
    "an invented key": {"X-API-Key": f"{secrets.token_hex(4)}.{secrets.token_hex(32)}"},
    "an invented session": {
        "Cookie": f"{COOKIE}={INVENTED}",
        CSRF_HEADER: hmac.new(INVENTED.encode(), b"csrf", hashlib.sha256).hexdigest(),
    },
    "headers of proxies": {
        "X-Forwarded-User": "admin@example.com",
        "X-Remote-User": "admin@example.com",
        "X-Original-URL": "/health/live",
        "X-Rewrite-URL": "/health/live",
    },
}
# Fields that a client must not set, and values that would escalate its rights.
PROTECTED_FIELDS: dict[str, Any] = {
    "id": str(UUID(int=1)),
    "owner_id": str(UUID(int=1)),
    "version": 100,
    "created_at": "2000-01-01T00:00:00Z",
    "updated_at": "2000-01-01T00:00:00Z",
    "role": "admin",
    "roles": ["admin"],
    "is_admin": True,
    "permissions": ["*:manage"],
    "scopes": ["*:manage"],
    "email_verified": True,
    "password_hash": "x",
    "key": "x",
    "prefix": "x",
    "revoked_at": None,
    "last_used_at": None,
    "__proto__": {"role": "admin"},
    "constructor": {"prototype": {"role": "admin"}},
    "$set": {"role": "admin"},
    "role[]": "admin",
    "surprise": 1,
}


def test_cases_cover_every_auth_authorization_and_database() -> None:
    for question in ("auth", "authorization", "database"):
        met = {CASES[name][question] for name in CASE_NAMES}
        assert met == {case[question] for case in CASES.values()}, question


def send(
    attacked: Attacked, caller: ApiClient | httpx.Client, route: Route, id_: str, **headers: str
) -> httpx.Response:
    """Send a valid request to the route for the resource with this id."""
    body = route.body(attacked.known_values)
    options: dict[str, Any] = {} if body is None else {"json": body}
    if "if-match" in str(route.operation.get("parameters", "")):
        headers["If-Match"] = "*"
    return caller.request(route.method, route.path_for(id_), headers=headers, **options)


def test_invalid_credentials_return_401(attacked: Attacked) -> None:
    closed = [route for route in attacked.routes if not PUBLIC_PATHS.fullmatch(route.path)]
    described_as_open = {route.path for route in attacked.routes if route.is_open}
    assert described_as_open.isdisjoint(route.path for route in closed)

    with attacked.unchanged():
        for route in closed:
            id_ = attacked.existing_id(route) if route.has_id else ""
            for headers in INVALID_CREDENTIALS.values():
                assert_problem(send(attacked, attacked.client, route, id_, **headers), 401)


def is_allowed_for_stranger(attacked: Attacked, route: Route) -> bool:
    """Return True if every authenticated user may call this route."""
    if PUBLIC_PATHS.fullmatch(route.path) or route.is_own_user_route:
        return True
    if route.collection not in attacked.owner_resources:
        return False
    return {
        "rbac": route.method == "GET",
        "abac": route.method in {"GET", "POST"},
        "permissions": False,
    }[attacked.service.answers["authorization"]]


def forbidden_routes(attacked: Attacked) -> list[Route]:
    return [route for route in attacked.routes if not is_allowed_for_stranger(attacked, route)]


def comparable_response(response: httpx.Response) -> tuple[int, Any, list[tuple[str, str]]]:
    """Return the response without the parts that identify the request."""
    content = assert_problem(response, 403, 404)
    for name in ("request_id", "instance"):
        del content[name]
    own = {"x-request-id", "date", "ratelimit", "content-length"}
    headers = [(name, value) for name, value in response.headers.items() if name not in own]
    return response.status_code, content, sorted(headers)


def test_requests_without_permission_return_403_or_404(attacked: Attacked) -> None:
    routes = forbidden_routes(attacked)
    assert len(routes) > 3

    with attacked.unchanged():
        for route in routes:
            id_ = attacked.existing_id(route) if route.has_id else ""
            assert_problem(send(attacked, attacked.stranger, route, id_), 403, 404)


def test_hidden_resource_returns_same_response_as_missing_one(attacked: Attacked) -> None:
    tried = 0
    with attacked.unchanged():
        for route in attacked.routes:
            if not route.has_id or is_readable(attacked, route):
                continue
            id_ = attacked.existing_id(route)
            for nothing in (str(uuid4()), str(UUID(int=0)), str(UUID(int=UUID(id_).int + 1))):
                there, missing = (
                    send(attacked, attacked.stranger, route, each) for each in (id_, nothing)
                )
                assert comparable_response(there) == comparable_response(missing), (
                    describe_exchange(there)
                )
                for value in distinctive_values(attacked, route):
                    assert value not in there.text
            tried += 1
    assert tried >= 3


def is_readable(attacked: Attacked, route: Route) -> bool:
    """Return True if other users may read the resources of this route."""
    if route.collection not in attacked.owner_resources:
        return False
    if attacked.service.answers["authorization"] == "rbac":
        return route.method == "GET"
    return (
        attacked.service.answers["authorization"] == "abac"
        and route.resource_name not in attacked.private_resource_names
    )


def distinctive_values(attacked: Attacked, route: Route) -> list[str]:
    """Return the distinctive text values of the existing resources of this route."""
    items = attacked.owner_resources.get(route.collection, [{"email": attacked.bystander.email}])
    return [
        value
        for item in items
        for name, value in item.items()
        if isinstance(value, str)
        and len(value) > 5
        and name not in {"id", "created_at", "updated_at"}
    ]


def test_lists_and_cursors_exclude_hidden_resources(attacked: Attacked) -> None:
    for route in attacked.entity_routes("GET"):
        if route.has_id:
            continue
        all_items = json_body(attacked.admin.get(route.path, params={"limit": 100}))["items"]
        ids = {item["id"] for item in attacked.owner_resources[route.path]}
        assert ids <= {item["id"] for item in all_items}
        places = [UUID(int=0), UUID(int=2**128 - 1), *(UUID(id_) for id_ in sorted(ids))]
        cursors = [base64.urlsafe_b64encode(each.bytes).decode().rstrip("=") for each in places]
        owner_cursor = json_body(attacked.owner.get(route.path, params={"limit": 1}))["next_cursor"]
        for cursor in (None, owner_cursor, *cursors):
            query = {"limit": "100"} | ({} if cursor is None else {"cursor": cursor})
            response = attacked.stranger.get(route.path, params=query)
            if attacked.service.answers["authorization"] == "permissions":
                assert_problem(response, 403)
            elif route.resource_name in attacked.private_resource_names:
                page = json_body(response)
                assert page["next_cursor"] is None
                assert {item["owner_id"] for item in page["items"]} <= {attacked.stranger.id}


def test_damaged_cursor_returns_200_422_or_401(attacked: Attacked) -> None:
    for route in attacked.routes:
        if "cursor" not in route.query:
            continue
        cursor = json_body(attacked.admin.get(route.path, params={"limit": 1}))["next_cursor"]
        if cursor is None:
            continue
        for damaged in (cursor[:-1], cursor + "A", cursor + "=", f"../{cursor}", cursor.swapcase()):
            response = attacked.admin.get(route.path, params={"cursor": damaged})
            if response.status_code != 200:
                assert_problem(response, 422)
            assert_problem(attacked.client.get(route.path, params={"cursor": damaged}), 401)


def test_mass_assignment_returns_422_with_pointer(attacked: Attacked) -> None:
    """Each body is valid except for one key, which the response names."""
    with attacked.unchanged():
        for route in attacked.routes:
            known = attacked.known_values
            id_ = attacked.existing_id(route) if route.has_id else ""
            if route.schema is None:
                continue
            for name, value in PROTECTED_FIELDS.items():
                if name in route.schema["properties"]:
                    continue
                body = (route.body(known) or {}) | {name: value}
                headers = {"If-Match": "*"}
                path = route.path_for(id_)
                response = attacked.admin.request(route.method, path, json=body, headers=headers)
                assert_problem(response, 422)
                assert [each["pointer"] for each in response.json()["errors"]] == [f"body/{name}"]


def test_protected_fields_in_query_or_form_are_ignored_or_rejected(attacked: Attacked) -> None:
    for route in attacked.entity_routes("POST"):
        query = {name: str(value) for name, value in PROTECTED_FIELDS.items()}
        body = route.body({})
        created = json_body(attacked.owner.post(route.path, params=query, json=body), 201)
        assert (created["owner_id"], created["version"]) == (attacked.owner.id, 1)
        assert created["id"] != PROTECTED_FIELDS["id"]
        assert created["created_at"] != PROTECTED_FIELDS["created_at"]
        form = attacked.owner.post(route.path, data={"owner_id": PROTECTED_FIELDS["owner_id"]})
        assert_problem(form, 415, 422)
        attacked.admin.delete(f"{route.path}/{created['id']}").raise_for_status()


def test_put_by_admin_preserves_owner_and_creation_time(attacked: Attacked) -> None:
    """Headers and query parameters of the request do not change the owner either."""
    for route in attacked.entity_routes("PUT"):
        before = json_body(attacked.admin.get(route.path_for(attacked.existing_id(route))))
        headers = {"If-Match": "*", "X-HTTP-Method-Override": "DELETE"}
        path = f"{route.path_for(before['id'])}?owner_id={attacked.admin.id}&version=7"
        after = json_body(attacked.admin.put(path, json=route.body({}), headers=headers))
        assert after["version"] == before["version"] + 1
        for name in ("id", "owner_id", "created_at"):
            assert after[name] == before[name]
        assert json_body(attacked.admin.get(route.path_for(before["id"]))) == after
        attacked.owner_resources[route.collection][0] = after


def test_privilege_escalation_returns_403_or_404(attacked: Attacked) -> None:
    """Role, permissions and API keys of any user, with and without write permission."""
    with attacked.unchanged():
        for caller in (attacked.stranger, attacked.owner):
            for route in attacked.routes:
                if (
                    route.resource_name not in {"users", "api-keys"}
                    and "permissions" not in route.path
                ):
                    continue
                if route.method == "GET" or route.is_own_user_route:
                    continue
                for id_ in (caller.id, attacked.admin.id, attacked.owner.id):
                    body = route.body(
                        {"user_id": id_, "role": "admin", "permissions": ["*:manage"]}
                    )
                    path = route.path_for(id_)
                    assert_problem(caller.request(route.method, path, json=body), 403, 404)


def test_me_ignores_identifiers_of_other_users(attacked: Attacked) -> None:
    """Query parameters and headers cannot select another user."""
    other = attacked.owner
    for route in attacked.routes:
        if not route.path.startswith("/api/v1/me"):
            continue
        attempts: list[dict[str, Any]] = [
            {"params": {"id": other.id, "user_id": other.id, "email": other.email}},
            {"headers": {"X-User-ID": other.id, "X-Forwarded-User": other.email}},
            {"headers": {"From": other.email}},
        ]
        own = json_body(attacked.stranger.get(route.path))
        assert other.id not in str(own)
        for request_options in attempts:
            assert json_body(attacked.stranger.get(route.path, **request_options)) == own


def test_password_change_for_other_user_returns_422(attacked: Attacked) -> None:
    if attacked.service.answers["auth"] not in {"jwt", "session"}:
        return
    body = {"current_password": PASSWORD, "new_password": f"{PASSWORD} of another user"}
    with attacked.unchanged():
        for more in ({"user_id": attacked.owner.id}, {"email": attacked.owner.email}):
            response = attacked.stranger.put("/api/v1/auth/password", json=body | more)
            assert_problem(response, 422)
        wrong = body | {"current_password": f"{PASSWORD}?"}
        query = {"user_id": attacked.owner.id, "email": attacked.owner.email}
        assert_problem(
            attacked.stranger.put("/api/v1/auth/password", json=wrong, params=query), 422
        )
