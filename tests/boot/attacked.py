"""A service to attack, the people who do it, and what its own description says there is to try."""

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

# Each way to prove an identity, each kind of rights, and each database.
CASE_NAMES = [
    first(auth="jwt", database="mysql"),
    first(auth="session", database="postgresql"),
    first(auth="api_key", database="sqlite"),
    first(auth="oauth2", authorization="rbac"),
]
# What nobody needs to prove anything for, by its description and by what the README says.
OPEN = re.compile(r"/health/(live|ready)|/api/v1/auth/(register|login|refresh|logout)")
UNLIMITED = {
    "APP_RATE_LIMIT": "1000000/second",
    "APP_LOGIN_RATE_LIMIT": "1000000/second",
    "APP_FAILED_LOGINS_PER_ACCOUNT": "1000000",
    "APP_FAILED_LOGINS_PER_ADDRESS": "1000000",
}
# Kept for logging in, and written by whoever only tries to.
OF_LOGINS = frozenset({"identity_failed_logins", "identity_sessions", "identity_refresh_tokens"})
WHEN_USED = frozenset({"last_used_at"})
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

Document = dict[str, Any]
_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Route:
    """One operation of the description."""

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
    def is_of_logins(self) -> bool:
        return self.path.startswith("/api/v1/auth/")

    @property
    def is_of_oneself(self) -> bool:
        return self.is_of_logins or self.path.startswith("/api/v1/me")

    @property
    def collection(self) -> str:
        """The path of the things that it is about, such as `/api/v1/products`."""
        return self.path.partition("/{")[0]

    @property
    def kind(self) -> str:
        return self.collection.rpartition("/")[2]

    @property
    def takes_id(self) -> bool:
        return "{" in self.path

    @property
    def query(self) -> tuple[str, ...]:
        parameters = self.operation.get("parameters", [])
        return tuple(each["name"] for each in parameters if each["in"] == "query")

    @property
    def schema(self) -> Document | None:
        """What its body has to be, if it takes one."""
        if "requestBody" not in self.operation:
            return None
        content = self.operation["requestBody"]["content"]["application/json"]
        return resolved(self.document, content["schema"])

    def at(self, id_: object) -> str:
        """The path for one thing."""
        return re.sub(r"\{\w+\}", str(id_), self.path)

    def body(self, known: Mapping[str, Any]) -> dict[str, Any] | None:
        """A body that it takes, no two alike; what `known` has a value for has that."""
        if self.schema is None:
            return None
        names = self.schema["properties"]
        made = {name: example(self.document, part) for name, part in names.items()}
        return made | {name: value for name, value in known.items() if name in names}


def resolved(document: Document, schema: Document) -> Document:
    """Return a schema without reference and alternatives: the first that is not null."""
    if "$ref" in schema:
        part: Any = document
        for name in schema["$ref"].removeprefix("#/").split("/"):
            part = part[name]
        return resolved(document, part)
    if "anyOf" in schema:
        first_one = next(each for each in schema["anyOf"] if each.get("type") != "null")
        return resolved(document, first_one)
    return schema


def example(document: Document, schema: Document) -> Any:
    """Return a value that a schema allows; those of two calls differ, where they can."""
    schema = resolved(document, schema)
    n = next(_numbers)
    if "enum" in schema:
        return schema["enum"][0]
    if schema["type"] == "array":
        return [example(document, schema["items"])]
    made: dict[str, Callable[[], Any]] = {
        "integer": lambda: n,
        "number": lambda: n + 0.5,
        "boolean": lambda: True,
        "string": lambda: _text(schema, n),
    }
    return made[schema["type"]]()


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


def routes_of(document: Document) -> list[Route]:
    """All that a description describes."""
    return [
        Route(method.upper(), path, operation, document)
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
    ]


@dataclass(frozen=True, slots=True)
class Attacked:
    """A running service with a database of its own, where somebody owns something.

    `owner` may write; `stranger` may do as little as somebody who is known can; `bystander` is
    the one whom administrators are about to change.
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
    private_kinds: frozenset[str]
    # What `owner` has made, by collection.
    theirs: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    # Ids of the people who fuzz.
    fuzzers: list[str] = field(default_factory=list)
    _spare: list[ApiClient] = field(default_factory=list)

    @property
    def client(self) -> httpx.Client:
        return self.its.client

    @property
    def least_role(self) -> str:
        return least_role(self.service)

    def of_things(self, method: str) -> list[Route]:
        """The routes of the entities, by method."""
        return [
            route
            for route in self.routes
            if route.method == method and route.collection in self.theirs
        ]

    @property
    def known(self) -> dict[str, Any]:
        """What bodies say of the bystander."""
        return {
            "user_id": self.bystander.id,
            "role": self.least_role,
            "current_password": PASSWORD,
            "new_password": f"{PASSWORD} {next(_numbers)}",
        }

    def existing_id(self, route: Route) -> str:
        """What somebody other than the stranger has, where a route takes an id."""
        if route.collection in self.theirs:
            return str(self.theirs[route.collection][0]["id"])
        if route.kind == "users":
            return self.bystander.id
        return str(json_body(self.admin.get(route.collection))["items"][0]["id"])

    def asker(self, route: Route) -> ApiClient | httpx.Client:
        """Who tries a route: an administrator, but not where it would end their login."""
        if not route.is_of_logins:
            return self.admin
        if route.is_open:
            return self.client
        if not self._spare or self._spare[-1].get("/api/v1/me").status_code != 200:
            self._spare.append(self.new(self.least_role))
        return self._spare[-1]

    def make_things(self) -> None:
        """Have the owner make two things of each kind."""
        for route in self.of_things("POST"):
            made = [self.owner.post(route.path, json=route.body({})) for _ in range(2)]
            self.theirs[route.path] = [json_body(each, 201) for each in made]

    def rows(self) -> Tables:
        """All tables with all that is in them, as the database says."""
        return self.reader.tables()

    def kept(self) -> dict[str, list[str]]:
        """What must be as it was after an attack: everything but what logins write."""
        return {
            table: sorted(
                json.dumps({name: row[name] for name in row.keys() - WHEN_USED}, sort_keys=True)
                for row in rows
            )
            for table, rows in self.rows().items()
            if table not in OF_LOGINS
        }

    @contextmanager
    def unchanged(self) -> Iterator[None]:
        """What happens inside has no effect on anything that is kept."""
        before = self.kept()
        yield
        after = self.kept()
        assert after.keys() == before.keys()
        changed = {
            table: (
                [row for row in before[table] if row not in after[table]],
                [row for row in after[table] if row not in before[table]],
            )
            for table in before
            if before[table] != after[table]
        }
        assert changed == {}, "table: (gone, new)"

    def requests(self) -> list[tuple[str, str, int]]:
        """Method, path and status of each request that the service has logged."""
        lines = self.its.log.read_text(encoding="utf-8").splitlines()
        logged = map(json.loads, lines)
        return [
            (each["method"], each["path"], each["status"])
            for each in logged
            if each["event"] == "request"
        ]


def least_role(service: Service) -> str:
    return "viewer" if service.answers["authorization"] == "rbac" else "member"


@contextmanager
def attacked_service(service: Service, folder: Path) -> Iterator[Attacked]:
    """Start a service, with people and things in it; most kinds are private where they can be."""
    entities = load_answers(service.path / ".copier-answers.yml").entities
    paths = [entity.path for entity in entities]
    private = [path.rpartition("/")[2] for path in paths]
    private = private[:-1] or private
    with ExitStack() as stack:
        with _private(service, private) as private_kinds:
            # It reads its policy once; the next test shall find the policy as it was.
            its, issuer = stack.enter_context(_running(service, folder))
        reader = stack.enter_context(reading(service))
        admin, new = _identities(service, its.client, issuer)
        document: Document = json_body(its.client.get("/openapi.json"))
        attacked = Attacked(
            service,
            its,
            reader,
            routes_of(document),
            admin,
            new("editor"),
            new(least_role(service)),
            new("editor"),
            new,
            private_kinds,
            {path: [] for path in paths},
        )
        attacked.make_things()
        yield attacked


@contextmanager
def _private(service: Service, kinds: list[str]) -> Iterator[frozenset[str]]:
    """Have the policy hide what is others', as a team would that wants it."""
    policy = service.path / "app/platform/authorization/abac.py"
    if service.answers["authorization"] != "abac":
        yield frozenset()
        return
    written = policy.read_text(encoding="utf-8")
    nothing = "PRIVATE_KINDS: frozenset[str] = frozenset()"
    assert nothing in written
    hiding = written.replace(nothing, f"PRIVATE_KINDS: frozenset[str] = frozenset({kinds!r})")
    policy.write_text(hiding, encoding="utf-8")
    try:
        yield frozenset(kinds)
    finally:
        policy.write_text(written, encoding="utf-8")


@contextmanager
def _running(service: Service, folder: Path) -> Iterator[tuple[Running, Issuer | None]]:
    if service.answers["auth"] != "oauth2":
        with running(service, **UNLIMITED) as its:
            yield its, None
        return
    if not is_available():
        pytest.skip("node or npm is not there")
    with believing(service, folder / "issuer", **UNLIMITED) as both:
        yield both


def _identities(
    service: Service, client: httpx.Client, issuer: Issuer | None
) -> tuple[ApiClient, Callable[[str], ApiClient]]:
    """Return an administrator, and what makes somebody else who has a role."""
    answers = service.answers
    known = ("create-admin", "--email", ADMIN_EMAIL)
    made: ApiClientFactory
    if issuer is not None:
        service.app(*known)
        made = OidcClientFactory(client, ADMIN_EMAIL, issuer, answers)
    else:
        if answers["auth"] == "api_key":
            proof = service.app(*known).strip()
        else:
            proof = ADMIN_PASSWORD
            service.app(*known, "--password", proof)
        identities = CLIENT_FACTORIES[answers["auth"]]
        made = identities(client, ADMIN_EMAIL, proof, answers["authorization"])
    return made.admin(), made.create


def with_own_database(service: Service, url: str) -> Service:
    variables = service.variables | {"APP_DATABASE_URL": url}
    return replace(service, database_url=url, variables=variables)
