"""What follows from the answers, computed once and used by name in templates."""

from __future__ import annotations

import re
from collections.abc import Mapping, MutableMapping
from copy import deepcopy
from dataclasses import dataclass
from hashlib import sha1
from pathlib import Path
from typing import Any

from copier import Phase
from copier.errors import UserMessageError
from copier_template_extensions import ContextHook
from jinja2 import Environment

from .naming import class_name, pascal, plural, with_article, words
from .questionnaire import (
    FieldSpec,
    RefusalError,
    load_questions,
    read_answer,
    read_field,
    unknown_key,
)

TESTED_ON = "2026-11-24"

# What the emitted service imports, whatever the answers.
RUNTIME = (
    "alembic~=1.20.1",
    "click~=8.5.1",
    "fastapi~=0.165.0",
    "pydantic-settings~=2.16.3",
    "pydantic[email]~=2.14.4",
    "sqlalchemy[asyncio]~=2.1.9",
    "starlette~=1.10.0",
    "structlog~=26.1.0",
    "uuid-utils~=1.2.0",
    "uvicorn[standard]~=0.54.0",
)
# What it imports besides because of one answer.
PASSWORDS = ("argon2-cffi~=25.1.0", "zxcvbn~=4.5.0")
RUNTIME_BY_ANSWER = {
    ("auth", "jwt"): (*PASSWORDS, "pyjwt~=2.15.1"),
    ("auth", "session"): PASSWORDS,
    # The issuer is asked over HTTP, and signs with keys that PyJWT alone cannot read.
    ("auth", "oauth2"): ("cryptography~=50.0.0", "httpx~=0.28.1", "pyjwt~=2.15.1"),
    ("cache", "memory"): ("cachetools~=8.0.2",),
    ("cache", "redis"): ("redis~=8.1.0",),
    ("database", "sqlite"): ("aiosqlite~=0.22.1",),
    ("database", "postgresql"): ("asyncpg~=0.32.0",),
    # MySQL 8 takes passwords over unencrypted connections only if they are encrypted themselves.
    ("database", "mysql"): ("asyncmy~=0.2.18", "cryptography~=50.0.0"),
    ("metrics", "prometheus"): ("prometheus-client~=0.26.0",),
}
RUNTIME_IF_SEEDED = ("faker~=40.63.0",)
DEVELOPMENT = (
    "anyio~=4.16.0",
    "httpx~=0.28.1",
    "import-linter~=2.17",
    "mypy~=2.4.1",
    "pytest~=9.2.0",
    "pytest-cov~=7.1.0",
    "ruff~=0.17.6",
)
DEVELOPMENT_BY_ANSWER = {
    ("auth", "jwt"): ("types-zxcvbn~=4.5.0",),
    ("auth", "session"): ("types-zxcvbn~=4.5.0",),
    ("cache", "memory"): ("types-cachetools~=7.0.0.20260713",),
}

# How long a line of the emitted code may be; `[tool.ruff]` of its pyproject.toml says the same.
LINE_LENGTH = 100

# Where the service finds its database unless told otherwise; `%s` is the project's snake_case name.
DATABASE_URLS = {
    "sqlite": "sqlite:///var/app.db",
    "postgresql": "postgresql://postgres@localhost/%s",
    "mysql": "mysql://root@localhost/%s",
}
# When cron makes a backup: not on the hour, when everybody else's jobs run.
BACKUP_SCHEDULES = {
    "none": "",
    "hourly": "17 * * * *",
    "daily": "17 3 * * *",
    "weekly": "17 3 * * 0",
}
# What people have to run besides the service; nothing for a file.
DATABASE_SERVERS = {"sqlite": "", "postgresql": "PostgreSQL", "mysql": "MySQL or MariaDB"}
# Where it finds its cache unless told otherwise, and the beginnings of such URLs, as Python.
CACHE_SERVERS = {
    "redis": ("redis://localhost:6379/0", '("redis://", "rediss://")'),
    "memcached": ("memcached://localhost:11211", '"memcached://"'),
}
# The classes that make each strategy, with their modules in `app.platform.cache`.
CACHE_ENTRIES = {
    "cache-aside": ("entries", "Entries"),
    "read-through": ("loading", "LoadingEntries"),
    "write-through": ("versioned", "VersionedEntries"),
}
ACCESS_POLICIES = {
    "rbac": "RoleBasedAccess",
    "abac": "AttributeBasedAccess",
    "permissions": "PermissionBasedAccess",
}
# How a request carries the proof of who calls: a module of `app.platform.auth`.
PROOFS = {"jwt": "bearer", "session": "session", "api_key": "api_key", "oauth2": "bearer"}
# The header, as Python, that carries it from a page of another origin.
PROOF_HEADERS = {
    "bearer": '"Authorization"',
    "session": '"X-CSRF-Token"',
    "api_key": '"X-API-Key"',
}
# Where people have passwords here.
WITH_PASSWORDS = {"jwt", "session"}
# The class that holds what can be set of each, in `app.platform.auth.<auth>_settings`.
AUTH_SETTINGS = {"jwt": "JwtSettings", "session": "SessionSettings", "oauth2": "OidcSettings"}
# Those that can be set wrongly in a way that no single setting shows.
CHECKED_AUTH_SETTINGS = {"jwt", "oauth2"}
# What is known of a caller besides who they are and their role.
PRINCIPAL_FIELDS = {
    ("auth", "api_key"): "scopes: frozenset[str] | None = None",
    ("authorization", "permissions"): "permissions: frozenset[str] = frozenset()",
}


# Whose tokens for what each provider's settings name until somebody sets them.
OIDC_EXAMPLES = {
    "auth0": ("https://your-tenant.eu.auth0.com/", "https://api.example.com"),
    "custom": ("https://id.example.com", "https://api.example.com"),
    "firebase": ("https://securetoken.google.com/your-project", "your-project"),
    "keycloak": ("https://id.example.com/realms/your-realm", "your-api"),
}
# How the README calls the service with curl, which sends cookies without HTTPS to localhost only.
BASE_URLS = {"session": "http://localhost:8000"}
CALL_OPTIONS = {
    "jwt": '-H "Authorization: Bearer $token"',
    "session": '--cookie "$cookies" -H "X-CSRF-Token: $csrf"',
    "api_key": '-H "X-API-Key: $key"',
    "oauth2": '-H "Authorization: Bearer $token"',
}
# What production does not start without, besides the database and the cache.
PRODUCTION_VARIABLES = {
    "jwt": ("APP_SECRET_KEY",),
    "oauth2": ("APP_OIDC_ISSUER", "APP_OIDC_AUDIENCE"),
}


@dataclass(frozen=True, slots=True)
class FieldType:
    """How one type of the questionnaire is written in each place.

    The samples are two values: as Python, as JSON in Python, and as JSON. In those of `str`,
    `%s` stands for the field's label.
    """

    python: str
    schema: str
    column: str
    samples: tuple[str, str]
    json_samples: tuple[str, str]
    raw_samples: tuple[str, str]


def _same(first: str, second: str) -> dict[str, tuple[str, str]]:
    """Return samples that are written alike in Python and in JSON."""
    return dict.fromkeys(("samples", "json_samples", "raw_samples"), (first, second))


def _quoted(samples: tuple[str, str], first: str, second: str) -> dict[str, tuple[str, str]]:
    """Return samples that are strings in JSON."""
    texts = (f'"{first}"', f'"{second}"')
    return {"samples": samples, "json_samples": texts, "raw_samples": texts}


FIELD_TYPES = {
    "str": FieldType("str", "ShortText", "sa.String(200)", **_same('"%s 1"', '"%s 2"')),
    "text": FieldType("str", "LongText", "sa.Text()", **_same('"A long text."', '"Another one."')),
    "int": FieldType("int", "Integer", "sa.BigInteger()", **_same("3", "7")),
    "decimal": FieldType(
        "Decimal",
        "Amount",
        "tables.ExactDecimal()",
        **_quoted(('Decimal("9.99")', 'Decimal("12.5")'), "9.99", "12.5"),
    ),
    "float": FieldType("float", "Number", "sa.Double()", **_same("1.5", "2.25")),
    "bool": FieldType(
        "bool", "Flag", "sa.Boolean()", ("True", "False"), ("True", "False"), ("true", "false")
    ),
    "date": FieldType(
        "dt.date",
        "Day",
        "sa.Date()",
        **_quoted(
            ("dt.date(2026, 1, 31)", "dt.date(2026, 2, 28)"),
            "2026-01-31",
            "2026-02-28",
        ),
    ),
    "datetime": FieldType(
        "dt.datetime",
        "Instant",
        "tables.Timestamp()",
        **_quoted(
            (
                "dt.datetime(2026, 1, 31, 12, 0, tzinfo=dt.UTC)",
                "dt.datetime(2026, 2, 28, 18, 30, tzinfo=dt.UTC)",
            ),
            "2026-01-31T12:00:00Z",
            "2026-02-28T18:30:00Z",
        ),
    ),
    "uuid": FieldType(
        "UUID",
        "UUID",
        "sa.Uuid()",
        **_quoted(
            ("UUID(int=1)", "UUID(int=2)"),
            "00000000-0000-0000-0000-000000000001",
            "00000000-0000-0000-0000-000000000002",
        ),
    ),
    "email": FieldType(
        "str",
        "Email",
        "sa.String(254)",
        **_same('"someone@example.com"', '"another@example.com"'),
    ),
}


@dataclass(frozen=True, slots=True)
class Field:
    """One field of an entity, in every form that templates write."""

    name: str
    type: str
    optional: bool
    unique: bool
    label: str
    annotation: str
    schema: str
    column: str
    migration_column: str
    sample: str
    other: str
    sample_json: str
    other_json: str
    sample_raw: str
    other_raw: str


@dataclass(frozen=True, slots=True)
class Entity:
    """One entity of a module; `*_imports` are the lines that its fields need in each layer."""

    module: str
    name: str
    pascal: str
    plural: str
    plural_pascal: str
    label: str
    labels: str
    a_label: str
    title: str
    table: str
    revision: str
    fields: tuple[Field, ...]
    checked_fields: tuple[Field, ...]
    value_imports: tuple[str, ...]
    rule_imports: tuple[str, ...]
    schema_imports: tuple[str, ...]

    def imports(self, layer: str, *names: str) -> str:
        """Return the import of sorted `names` from this entity's file in a layer."""
        return import_of(f"app.modules.{self.module}.{layer}.{self.name}", *names)


@dataclass(frozen=True, slots=True)
class Module:
    """One module of the service; `revision` is the root of its migrations."""

    name: str
    pascal: str
    label: str
    title: str
    revision: str
    entities: tuple[Entity, ...]

    @property
    def entities_by_name(self) -> list[Entity]:
        """The entities in the order in which imports are sorted."""
        return sorted(self.entities, key=lambda entity: natural_key(entity.name))


def facts(answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return the names that templates use; `answers` are complete and accepted."""
    slug_snake = answers["project_slug"].replace("-", "_")
    database_url = DATABASE_URLS[answers["database"]].replace("%s", slug_snake)
    access = _access(answers)
    cache = _cache(answers["cache"], answers.get("cache_strategy"))
    return {
        **access,
        **_auth(answers["auth"], answers.get("auth_provider")),
        "adapter_imports": access["access_imports"] + cache["cache_imports"],
        "app_modules": [_module(name, entities) for name, entities in answers["modules"].items()],
        **cache,
        "dependencies": _dependencies(answers),
        "backup_schedule": BACKUP_SCHEDULES[answers["backup"]],
        "author_line": _author_line(answers["author_name"], answers["author_email"]),
        "database_server": DATABASE_SERVERS[answers["database"]],
        "database_url": database_url,
        "dev_dependencies": _dev_dependencies(answers),
        "installed_modules": sorted(["identity", *answers["modules"]], key=natural_key),
        "production_variables": _production_variables(answers["auth"], cache["cache_url"]),
        **_rate_limit(answers),
        "slug_snake": slug_snake,
        "sqlite_stands_in": _sqlite_stands_in(answers),
        "tested_database": "sqlite" if _sqlite_stands_in(answers) else answers["database"],
        "tested_on": TESTED_ON,
        "with_passwords": answers["auth"] in WITH_PASSWORDS,
    }


def _rate_limit(answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return where requests are counted, and whether logging in has a limit of its own."""
    limited = bool(answers["rate_limit"])
    classes = [("memory", "MemoryWindows"), ("port", "Rate")]
    call = "MemoryWindows()"
    if answers["cache"] == "redis":
        classes.append(("redis", "RedisWindows"))
        # A line each: nobody knows how long the slug is.
        arguments = ("settings.cache_url", f'"{answers["project_slug"]}"', call)
        call = "\n".join(
            ["RedisWindows(", *(f"            {each}," for each in arguments), "        )"]
        )
    return {
        "login_limited": limited and answers["auth"] in WITH_PASSWORDS,
        "rate_limit_imports": _platform_imports("rate_limit", classes) if limited else [],
        "rate_limited": limited,
        "rate_windows": call,
    }


def _access(answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return how it is decided who may do what; what a key is for comes before its owner."""
    policy = ACCESS_POLICIES[answers["authorization"]]
    classes = [(answers["authorization"], policy)]
    call = f"{policy}()"
    if answers["auth"] == "api_key":
        classes.append(("scopes", "WithinScopes"))
        call = f"WithinScopes({call})"
    return {
        "access_imports": _platform_imports("authorization", classes),
        "access_policy": call,
        "principal_fields": [
            field for (key, choice), field in PRINCIPAL_FIELDS.items() if answers[key] == choice
        ],
    }


def _auth(auth: str, provider: str | None) -> dict[str, Any]:
    """Return how a caller proves who they are; the provider is that of `oauth2`."""
    issuer, audience = OIDC_EXAMPLES.get(provider or "", ("", ""))
    return {
        "audience_example": audience,
        "auth_settings": AUTH_SETTINGS.get(auth, ""),
        "auth_settings_checked": auth in CHECKED_AUTH_SETTINGS,
        "base_url": BASE_URLS.get(auth, "http://127.0.0.1:8000"),
        "call_options": CALL_OPTIONS[auth],
        "issuer_example": issuer,
        "proof": PROOFS[auth],
        "proof_headers": PROOF_HEADERS[PROOFS[auth]],
    }


def _production_variables(auth: str, cache_url: str) -> str:
    """Return what production has to set, as part of a sentence in Markdown."""
    names = ["APP_DATABASE_URL", "APP_ALLOWED_HOSTS", *PRODUCTION_VARIABLES.get(auth, ())]
    if cache_url:
        names.insert(1, "APP_CACHE_URL")
    *most, last = ("`APP_ENVIRONMENT=production`", *(f"`{name}`" for name in names))
    return f"{', '.join(most)} and {last}"


def _cache(cache: str, strategy: str | None) -> dict[str, Any]:
    """Return how the cache is plugged in; there is no strategy without a cache."""
    url, schemes = CACHE_SERVERS.get(cache, ("", ""))
    if cache == "none" or strategy is None:
        return {"cache_imports": [], "cache_url": url}
    adapter = f"{pascal(cache)}Cache"
    module = strategy.replace("-", "_")
    repository = f"{pascal(module)}Repository"
    of_strategy = [CACHE_ENTRIES[strategy], (module, repository)]
    of_cache = [(cache, adapter)]
    if url:
        of_cache.append(("circuit_breaker", "CircuitBreaker"))
        call = f"CircuitBreaker({adapter}(settings.cache_url), settings.cache_ttl_seconds)"
    else:
        call = f"{adapter}()"
    return {
        "cache_adapter": call,
        "cache_entries": CACHE_ENTRIES[strategy][1],
        "cache_imports": _platform_imports("cache", [*of_cache, *of_strategy]),
        "cache_repository": repository,
        "cache_schemes": schemes,
        "cache_test_imports": _platform_imports("cache", [*of_strategy, ("port", "Cache")]),
        "cache_url": url,
    }


def _platform_imports(folder: str, classes: list[tuple[str, str]]) -> list[str]:
    return [import_of(f"app.platform.{folder}.{module}", name) for module, name in sorted(classes)]


def natural_key(name: str) -> list[str | int]:
    """Sort names as import sorters do: "box2" before "box10"."""
    return [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", name)]


def _dependencies(answers: Mapping[str, Any]) -> list[str]:
    seeded = RUNTIME_IF_SEEDED if answers["seed_data"] else ()
    return sorted({*RUNTIME, *seeded, *_chosen(answers, RUNTIME_BY_ANSWER)})


def _dev_dependencies(answers: Mapping[str, Any]) -> list[str]:
    stand_in = RUNTIME_BY_ANSWER["database", "sqlite"] if _sqlite_stands_in(answers) else ()
    needed = {*DEVELOPMENT, *stand_in, *_chosen(answers, DEVELOPMENT_BY_ANSWER)}
    return sorted(needed - {*_dependencies(answers)})


def _sqlite_stands_in(answers: Mapping[str, Any]) -> bool:
    """Whether the service's tests use SQLite although the service itself does not."""
    return answers["database"] != "sqlite" and answers.get("test_database") == "sqlite"


def _chosen(
    answers: Mapping[str, Any], by_answer: Mapping[tuple[str, str], tuple[str, ...]]
) -> list[str]:
    return [
        requirement
        for (key, choice), requirements in by_answer.items()
        if answers[key] == choice
        for requirement in requirements
    ]


def _author_line(name: str, email: str) -> str:
    """Return the author as an inline table of TOML, or "" if there is none."""
    parts = {"name": name, "email": email}
    texts = ", ".join(f'{key} = "{text}"' for key, text in parts.items() if text)
    return f"{{ {texts} }}" if texts else ""


def _module(name: str, entities: Mapping[str, Mapping[str, str]]) -> Module:
    label = words(name)
    return Module(
        name=name,
        pascal=pascal(name),
        label=label,
        title=label.capitalize(),
        revision=_revision(name),
        entities=tuple(_entity(name, entity, fields) for entity, fields in entities.items()),
    )


def _entity(module: str, name: str, field_texts: Mapping[str, str]) -> Entity:
    fields = tuple(
        _field(f"{module}.{name}.{field}", field, text) for field, text in field_texts.items()
    )
    checked = tuple(field for field in fields if field.type == "str")
    has_decimals = any(field.type == "decimal" for field in fields)
    return Entity(
        module=module,
        name=name,
        pascal=class_name(name),
        plural=plural(name),
        plural_pascal=class_name(plural(name)),
        label=words(name),
        labels=words(plural(name)),
        a_label=with_article(words(name)),
        title=with_article(words(name)).capitalize(),
        table=f"{module}_{plural(name)}",
        revision=_revision(f"{module}.{name}"),
        fields=fields,
        checked_fields=checked,
        value_imports=("from decimal import Decimal",) if has_decimals else (),
        rule_imports=("from app.kernel.rules import require_not_blank",) if checked else (),
        schema_imports=_schema_imports(fields),
    )


def _schema_imports(fields: tuple[Field, ...]) -> tuple[str, ...]:
    """Return the import of the request types of `fields`; `UUID` is no type of ours."""
    names = sorted({FIELD_TYPES[field.type].schema for field in fields} - {"UUID"})
    return (import_of("app.platform.http.fields", *names),) if names else ()


def import_of(module: str, *names: str) -> str:
    """Return a `from` import as formatters write it: on one line if it fits, else a name a line."""
    line = f"from {module} import {', '.join(names)}"
    if len(line) <= LINE_LENGTH:
        return line
    return "\n".join([f"from {module} import (", *(f"    {name}," for name in names), ")"])


def _field(path: str, name: str, text: str) -> Field:
    spec = read_field(path, text)
    kind = FIELD_TYPES[spec.type]
    label = words(name)
    column = _column(name, kind.column, spec)

    def named(sample: str) -> str:
        return sample.replace("%s", label.capitalize())

    return Field(
        name=name,
        type=spec.type,
        optional=spec.optional,
        unique=spec.unique,
        label=label,
        annotation=f"{kind.python} | None" if spec.optional else kind.python,
        schema=kind.schema,
        column=column,
        migration_column=_wrapped(column, indent=8),
        sample=named(kind.samples[0]),
        other=named(kind.samples[1]),
        sample_json=named(kind.json_samples[0]),
        other_json=named(kind.json_samples[1]),
        sample_raw=named(kind.raw_samples[0]),
        other_raw=named(kind.raw_samples[1]),
    )


def _column(name: str, kind: str, spec: FieldSpec) -> str:
    nullable = "" if spec.optional else ", nullable=False"
    unique = ", unique=True" if spec.unique else ""
    return f'sa.Column("{name}", {kind}{nullable}{unique})'


def _wrapped(call: str, indent: int) -> str:
    """Break a call as the formatter does if it is too long to stand `indent` deep in a list."""
    if indent + len(f"{call},") <= LINE_LENGTH:
        return call
    function, arguments = call.split("(", 1)
    margin = " " * indent
    return f"{function}(\n{margin}    {arguments[:-1]}\n{margin})"


def keep_order(mapping: object, model: object) -> None:
    """Order `mapping` in place, and the mappings in it, like `model`; what is new comes last."""
    if not isinstance(mapping, dict) or not isinstance(model, dict):
        return
    order = [key for key in model if key in mapping]
    order += [key for key in mapping if key not in model]
    if order != list(mapping):
        for key in order:
            mapping[key] = mapping.pop(key)
    for key, value in mapping.items():
        keep_order(value, model.get(key))


def _revision(path: str) -> str:
    return sha1(path.encode(), usedforsecurity=False).hexdigest()[:12]


class FactsHook(ContextHook):
    """Refuse wrong answers that nobody types now, and add the facts once all are given.

    An answer typed at the prompt is judged by its question's validator. One that was scripted
    (`--data`, `--data-file`) or recorded in the answers file is judged here, before Copier looks
    at it: Copier would answer the first with a traceback and drop the second in silence.

    The prompt for `modules` shows them in alphabetical order. The order in which they were first
    given is put back, or an update at the prompt would reshuffle the service. The answers file
    lists the answers as they are asked, or an update would list first what it was given.

    The hook runs for every string that Copier renders, so it remembers what it last saw.
    """

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        self._questions = load_questions(Path(__file__).parent.parent / "copier.yml")
        self._seen: tuple[dict[str, Any], dict[str, Any]] | None = None
        self._facts: dict[str, Any] = {}
        self._first_modules: Any = None

    def hook(self, context: MutableMapping[str, Any]) -> None:
        """Add the facts to `context`.

        Raises:
            UserMessageError: an answer is refused; the message is its key and one sentence.
        """
        if context["_copier_phase"] == Phase.PROMPT:
            self._keep_order(context)
        scripted = dict(context["_copier_conf"]["data"])
        given = self._given(context)
        if self._seen != (scripted, given):
            self._refuse_unknown(scripted)
            answers = {key: self._accepted(key, raw) for key, raw in given.items()}
            self._facts = facts(answers) if self._is_complete(answers) else {}
            self._seen = (scripted, given)
        context.update(self._facts)
        context["_copier_answers"] = self._as_asked(context["_copier_answers"])

    def _keep_order(self, context: Mapping[str, Any]) -> None:
        modules = context.get("modules", self._questions["modules"].default)
        if self._first_modules is None:
            self._first_modules = deepcopy(modules)
        keep_order(modules, self._first_modules)

    def _as_asked(self, answers: Mapping[str, Any]) -> dict[str, Any]:
        """Return what the answers file holds: Copier's own, then the answers in order."""
        own = {key: value for key, value in answers.items() if key not in self._questions}
        return own | {key: answers[key] for key in self._questions if key in answers}

    def _given(self, context: Mapping[str, Any]) -> dict[str, Any]:
        """Return the answers so far, without the one that a validator is looking at."""
        settled = context["_copier_answers"]
        return {
            key: settled.get(key, context.get(key))
            for key in self._questions
            if key in settled or _is_beyond_json(context.get(key))
        }

    def _refuse_unknown(self, scripted: Mapping[str, Any]) -> None:
        """Refuse answers to no question, but not in a whole set that Copier itself replays."""
        if self._is_complete(scripted):
            return
        for key in scripted:
            if key not in self._questions and not key.startswith("_"):
                raise UserMessageError(unknown_key(key, self._questions))

    def _is_complete(self, answers: Mapping[str, Any]) -> bool:
        return all(key in answers or asked.conditional for key, asked in self._questions.items())

    def _accepted(self, key: str, raw: object) -> Any:
        try:
            return read_answer(self._questions[key], raw)
        except RefusalError as refusal:
            raise UserMessageError(f"{key}: {refusal}") from refusal


def _is_beyond_json(value: object) -> bool:
    """Whether Copier leaves an answer out of `_copier_answers`, as it does with a YAML date."""
    return not isinstance(value, dict | list | str | int | float | None)
