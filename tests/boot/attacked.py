"""Service under attack: its users, their resources, and the routes of its OpenAPI document."""

from __future__ import annotations

import datetime as dt
import itertools
import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest

from ..contract.answers import load_answers
from ..contract.api_clients import (
    CLIENT_FACTORIES,
    PASSWORD,
    ApiClient,
    ApiClientFactory,
    OidcClientFactory,
)
from ..contract.assertions import json_body
from ..oidc import Issuer, is_available
from .cases import first
from .issued import believing
from .running import ADMIN_EMAIL, ADMIN_PASSWORD, Running, Service, running
from .tables import Reader, Tables, reading

# Cases with each authentication method, each authorization model and each database.
CASE_NAMES = [
    first(auth="jwt", database="mysql"),
    first(auth="session", database="postgresql"),
    first(auth="api_key", database="sqlite"),
    first(auth="oauth2", authorization="rbac"),
]
# Paths without authentication, by the OpenAPI document and the README.
PUBLIC_PATHS = re.compile(r"/health/(live|ready)|/api/v1/auth/(register|login|refresh|logout)")
UNLIMITED = {
    "APP_RATE_LIMIT": "1000000/second",
    "APP_LOGIN_RATE_LIMIT": "1000000/second",
    "APP_FAILED_LOGINS_PER_ACCOUNT": "1000000",
    "APP_FAILED_LOGINS_PER_ADDRESS": "1000000",
}
# Tables that a login writes to, even if it fails.
LOGIN_TABLES = frozenset({"identity_failed_logins", "identity_sessions", "identity_refresh_tokens"})
USAGE_COLUMNS = frozenset({"last_used_at"})
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

Document = dict[str, Any]
_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Route:
    """Operation of the OpenAPI document."""

    method: str
    path: str
    operation: Document
    document: Document

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def is_open(self) -> bool:
        return not self.operation.get("security")

    @property
    def is_auth_route(self) -> bool:
        return self.path.startswith("/api/v1/auth/")

    @property
    def is_own_user_route(self) -> bool:
        return self.is_auth_route or self.path.startswith("/api/v1/me")

    @property
    def collection(self) -> str:
        """Path of the collection, such as `/api/v1/products`."""
        return self.path.partition("/{")[0]

    @property
    def resource_name(self) -> str:
        return self.collection.rpartition("/")[2]

    @property
    def has_id(self) -> bool:
        return "{" in self.path

    @property
    def query(self) -> tuple[str, ...]:
        parameters = self.operation.get("parameters", [])
        return tuple(each["name"] for each in parameters if each["in"] == "query")

    @property
    def schema(self) -> Document | None:
        """Schema of the request body, if there is one."""
        if "requestBody" not in self.operation:
            return None
        content = self.operation["requestBody"]["content"]["application/json"]
        return resolved(self.document, content["schema"])

    def path_for(self, id_: object) -> str:
        """Return the path with an id filled in."""
        return re.sub(r"\{\w+\}", str(id_), self.path)

    def body(self, known_values: Mapping[str, Any]) -> dict[str, Any] | None:
        """Return a valid and unique request body, with `known_values` where the schema has them."""
        if self.schema is None:
            return None
        names = self.schema["properties"]
        created = {name: example_value(self.document, part) for name, part in names.items()}
        return created | {name: value for name, value in known_values.items() if name in names}


def resolved(document: Document, schema: Document) -> Document:
    """Resolve references, and alternatives to the first that is not null."""
    if "$ref" in schema:
        part: Any = document
        for name in schema["$ref"].removeprefix("#/").split("/"):
            part = part[name]
        return resolved(document, part)
    if "anyOf" in schema:
        first_one = next(each for each in schema["anyOf"] if each.get("type") != "null")
        return resolved(document, first_one)
    return schema


def example_value(document: Document, schema: Document) -> Any:
    """Return a value allowed by a schema, different for each call if possible."""
    schema = resolved(document, schema)
    n = next(_numbers)
    if "enum" in schema:
        return schema["enum"][0]
    if schema["type"] == "array":
        return [example_value(document, schema["items"])]
    created: dict[str, Callable[[], Any]] = {
        "integer": lambda: n,
        "number": lambda: n + 0.5,
        "boolean": lambda: True,
        "string": lambda: _text(schema, n),
    }
    return created[schema["type"]]()


def _text(schema: Document, n: int) -> str:
    day = dt.date(2030, 1, 1) + dt.timedelta(days=n)
    by_format = {
        "email": f"attacked-{n}@example.com",
        "password": PASSWORD,
        "uuid": str(UUID(int=n)),
        "date": day.isoformat(),
        "date-time": f"{day.isoformat()}T12:00:00Z",
    }
    if "format" in schema:
        return by_format[schema["format"]]
    candidates = (f"Attacked {n}", "*:read")
    return next(each for each in candidates if re.search(schema.get("pattern", ""), each))


def list_routes(document: Document) -> list[Route]:
    """Return all operations of the OpenAPI document."""
    return [
        Route(method.upper(), path, operation, document)
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
    ]


@dataclass(frozen=True, slots=True)
class Attacked:
    """Running service with its own database, users and resources.

    `owner` has write permission and owns the resources; `stranger` has the lowest role;
    `bystander` is the user whom the requests of administrators name.
    """

    service: Service
    its: Running
    reader: Reader
    routes: list[Route]
    admin: ApiClient
    owner: ApiClient
    stranger: ApiClient
    bystander: ApiClient
    new: Callable[[str], ApiClient]
    private_resource_names: frozenset[str]
    # Resources of `owner` by collection.
    owner_resources: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    # Ids of the users that send generated requests.
    fuzzers: list[str] = field(default_factory=list)
    _spare: list[ApiClient] = field(default_factory=list)

    @property
    def client(self) -> httpx.Client:
        return self.its.client

    @property
    def lowest_role(self) -> str:
        return lowest_role(self.service)

    def entity_routes(self, method: str) -> list[Route]:
        """Return the routes of entities with a method."""
        return [
            route
            for route in self.routes
            if route.method == method and route.collection in self.owner_resources
        ]

    @property
    def known_values(self) -> dict[str, Any]:
        """Values for request bodies that name the bystander."""
        return {
            "user_id": self.bystander.id,
            "role": self.lowest_role,
            "current_password": PASSWORD,
            "new_password": f"{PASSWORD} {next(_numbers)}",
        }

    def existing_id(self, route: Route) -> str:
        """Return an id for the route that does not belong to the stranger."""
        if route.collection in self.owner_resources:
            return str(self.owner_resources[route.collection][0]["id"])
        if route.resource_name == "users":
            return self.bystander.id
        return str(json_body(self.admin.get(route.collection))["items"][0]["id"])

    def client_for(self, route: Route) -> ApiClient | httpx.Client:
        """Return the administrator, or another user for a route that may end the session."""
        if not route.is_auth_route:
            return self.admin
        if route.is_open:
            return self.client
        if not self._spare or self._spare[-1].get("/api/v1/me").status_code != 200:
            self._spare.append(self.new(self.lowest_role))
        return self._spare[-1]

    def create_resources(self) -> None:
        """Create two resources of each entity as the owner."""
        for route in self.entity_routes("POST"):
            created = [self.owner.post(route.path, json=route.body({})) for _ in range(2)]
            self.owner_resources[route.path] = [json_body(each, 201) for each in created]

    def rows(self) -> Tables:
        """Return all rows of all tables."""
        return self.reader.tables()

    def snapshot(self) -> dict[str, list[str]]:
        """Return the rows that an attack must not change: all except those that logins write."""
        return {
            table: sorted(
                json.dumps({name: row[name] for name in row.keys() - USAGE_COLUMNS}, sort_keys=True)
                for row in rows
            )
            for table, rows in self.rows().items()
            if table not in LOGIN_TABLES
        }

    @contextmanager
    def unchanged(self) -> Iterator[None]:
        """Assert that the requests in the context change no stored data."""
        before = self.snapshot()
        yield
        after = self.snapshot()
        assert after.keys() == before.keys()
        changed = {
            table: (
                [row for row in before[table] if row not in after[table]],
                [row for row in after[table] if row not in before[table]],
            )
            for table in before
            if before[table] != after[table]
        }
        assert changed == {}, "table: (removed, added)"

    def requests(self) -> list[tuple[str, str, int]]:
        """Return method, path and status of each request in the log."""
        lines = self.its.log.read_text(encoding="utf-8").splitlines()
        logged = map(json.loads, lines)
        return [
            (each["method"], each["path"], each["status"])
            for each in logged
            if each["event"] == "request"
        ]


def lowest_role(service: Service) -> str:
    return "viewer" if service.answers["authorization"] == "rbac" else "member"


@contextmanager
def attacked_service(service: Service, folder: Path) -> Iterator[Attacked]:
    """Start a service with users and resources; with ABAC, all entities but one are private."""
    entities = load_answers(service.path / ".copier-answers.yml").entities
    paths = [entity.path for entity in entities]
    private = [path.rpartition("/")[2] for path in paths]
    private = private[:-1] or private
    with ExitStack() as stack:
        with _private_resources(service, private) as private_resource_names:
            # The policy is read at start, so the file can be restored for the next test.
            its, issuer = stack.enter_context(_running(service, folder))
        reader = stack.enter_context(reading(service))
        admin, new = _identities(service, its.client, issuer)
        document: Document = json_body(its.client.get("/openapi.json"))
        attacked = Attacked(
            service,
            its,
            reader,
            list_routes(document),
            admin,
            new("editor"),
            new(lowest_role(service)),
            new("editor"),
            new,
            private_resource_names,
            {path: [] for path in paths},
        )
        attacked.create_resources()
        yield attacked


@contextmanager
def _private_resources(service: Service, names: list[str]) -> Iterator[frozenset[str]]:
    """Edit the ABAC policy so that resources are visible to their owner only."""
    policy = service.path / "app/platform/authorization/abac.py"
    if service.answers["authorization"] != "abac":
        yield frozenset()
        return
    original = policy.read_text(encoding="utf-8")
    unrestricted = "PRIVATE_RESOURCES: frozenset[str] = frozenset()"
    assert unrestricted in original
    restricted = original.replace(
        unrestricted, f"PRIVATE_RESOURCES: frozenset[str] = frozenset({names!r})"
    )
    policy.write_text(restricted, encoding="utf-8")
    try:
        yield frozenset(names)
    finally:
        policy.write_text(original, encoding="utf-8")


@contextmanager
def _running(service: Service, folder: Path) -> Iterator[tuple[Running, Issuer | None]]:
    if service.answers["auth"] != "oauth2":
        with running(service, **UNLIMITED) as its:
            yield its, None
        return
    if not is_available():
        pytest.skip("node or npm is not there")
    with believing(service, folder / "issuer", **UNLIMITED) as service_and_issuer:
        yield service_and_issuer


def _identities(
    service: Service, client: httpx.Client, issuer: Issuer | None
) -> tuple[ApiClient, Callable[[str], ApiClient]]:
    """Return the client of an administrator and the function that creates users with a role."""
    answers = service.answers
    command = ("create-admin", "--email", ADMIN_EMAIL)
    created: ApiClientFactory
    if issuer is not None:
        service.app(*command)
        created = OidcClientFactory(client, ADMIN_EMAIL, issuer, answers)
    else:
        if answers["auth"] == "api_key":
            credential = service.app(*command).strip()
        else:
            credential = ADMIN_PASSWORD
            service.app(*command, "--password", credential)
        identities = CLIENT_FACTORIES[answers["auth"]]
        created = identities(client, ADMIN_EMAIL, credential, answers["authorization"])
    return created.admin(), created.create


def with_own_database(service: Service, url: str) -> Service:
    variables = service.variables | {"APP_DATABASE_URL": url}
    return replace(service, database_url=url, variables=variables)
